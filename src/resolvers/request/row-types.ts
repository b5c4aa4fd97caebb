/** The rows that the schema's types show; the schema itself never imports the store. */
export type { MovieId, UserId } from "../../ids.js";
export type { ManifestDraft, Metrics } from "../../ml/model/manifest.js";
export type { RecommendedMovie } from "../../recommend/recommend-request.js";
export type { Movie } from "../../store/movies.js";
export type { Poster } from "../../store/posters.js";
export type { Rating } from "../../store/ratings.js";
export type { User } from "../../store/users.js";
export type { LinkCandidate } from "../movies/edit-links.js";
