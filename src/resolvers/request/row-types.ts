/** The rows that the schema's types show. */
import type { ImdbId } from "../../ids.js";
import type { ReferenceFilm } from "../../store/links.js";
import type { Movie } from "../../store/movies.js";

export type { MovieId, UserId } from "../../ids.js";
export type { ManifestDraft, Metrics } from "../../ml/model/manifest.js";
export type { RecommendedMovie } from "../../recommend/recommend-request.js";
export type { Movie } from "../../store/movies.js";
export type { Poster } from "../../store/posters.js";
export type { Rating } from "../../store/ratings.js";
export type { User } from "../../store/users.js";

/** A film that a movie may be. */
export interface LinkCandidate extends Omit<ReferenceFilm, "names" | "imdbId" | "movieId"> {
  imdbId: ImdbId;
  /** In 0..1: 1 where title and year agree. */
  confidence: number;
  evidence: string;
  /** The movie that has this IMDb id already. */
  takenBy: Movie | null;
}
