/** The GraphQL schema: each file below adds the types and fields of its subject to the builder. */
import type { GraphQLSchema } from "graphql";
import { builder } from "./builder.js";
import "./dataset.js";
import "./link-imdb.js";
import "./model.js";
import "./movie.js";
import "./movie-lists.js";
import "./movie-mutations.js";
import "./poster.js";
import "./rating.js";
import "./rating-mutations.js";
import "./recommendation.js";
import "./subscriptions.js";
import "./token.js";
import "./user.js";
import "./user-mutations.js";
import { withSettledLists } from "./settled-lists.js";
import "./visual-taste.js";

export function toSchema(): GraphQLSchema {
  return withSettledLists(builder.toSchema());
}

export { subgraphText, toSubgraphSchema } from "./federation.js";
export { withIncremental } from "./incremental.js";
