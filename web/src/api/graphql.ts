/** Creates typed documents; `npm run client-types` generates `graphql-env.d.ts` from schema.graphql. */
import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env.js";

export const graphql = initGraphQLTada<{ introspection: introspection; disableMasking: true }>();
export type { FragmentOf, ResultOf, VariablesOf } from "gql.tada";
