/** The GraphQL schema: each file below adds the types and fields of its subject to the builder. */
import type { GraphQLSchema } from "graphql";
import { builder } from "./builder/builder.js";
import "./system/dataset.js";
import "./movies/link-mutations.js";
import "./system/model.js";
import "./movies/movie.js";
import "./movies/movie-lists.js";
import "./movies/movie-mutations.js";
import "./movies/poster.js";
import "./movies/poster-map.js";
import "./users/dismissal.js";
import "./users/rating.js";
import "./users/import-mutations.js";
import "./users/rating-mutations.js";
import "./recommendations/recommendation.js";
import "./system/subscriptions.js";
import "./system/token.js";
import "./users/user.js";
import "./users/user-mutations.js";
import { withSettledLists } from "./builder/settled-lists.js";
import "./recommendations/visual-taste.js";

export function toSchema(): GraphQLSchema {
  return withSettledLists(builder.toSchema());
}

export { subgraphText, toSubgraphSchema } from "./builder/federation.js";
export { withIncremental } from "./builder/incremental-directives.js";
