/** The rows that the schema's types show; the schema itself never imports the database. */
export type { LinkCandidate } from "../../db/link-reference.js";
export type { Movie } from "../../db/movies.js";
export type { PosterRow } from "../../db/posters.js";
export type { Rating } from "../../db/ratings.js";
export type { User } from "../../db/users.js";
export type { MovieId, UserId } from "../../ids.js";
export type { ManifestDraft, Metrics } from "../../ml/model/manifest.js";
export type { RecommendedMovie } from "../../recommend/pipeline.js";
