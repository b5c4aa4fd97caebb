/** Documents that know their types: `graphql-env.d.ts` is written from schema.graphql (`npm run client-types`). */
import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env.js";

export const graphql = initGraphQLTada<{ introspection: introspection; disableMasking: true }>();
