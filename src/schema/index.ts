/** The GraphQL schema: each file below adds the types and fields of its subject to the builder. */
import type { GraphQLSchema } from "graphql";
import { builder } from "./builder.js";
import "./link-imdb.js";
import "./model.js";
import "./movie.js";
import "./poster.js";
import "./rate-movie.js";
import "./rating.js";
import "./recommendation.js";
import "./user.js";
import "./visual-taste.js";

export function toSchema(): GraphQLSchema {
  return builder.toSchema();
}
