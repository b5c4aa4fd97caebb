/** What the recommendation pipeline takes and gives: options with their defaults, requests, and recommended movies. */

import type { MovieId } from "../ids.js";
import type { Basis, UserFeatures } from "../ml/model/predictor.js";
import type { UserRatings } from "../model-inputs.js";
import type { Range } from "../store/paging.js";
import type { PreparedUser } from "../store/prepared-users.js";
import type { Audience } from "../store/statistics.js";
import type { PosterTarget, SimilarityTarget } from "./poster-similarity.js";

/** By what the user would choose to watch, or by how many stars they would give. */
export type RankBy = "PREFERENCE" | "RATING";

export const defaultFirst = 15;
export const defaultFirstSimilar = 5;
/** How many of the best are re-ranked by their posters. */
export const defaultCandidates = 30;

export interface RecommendOptions {
  /** Re-rank the best candidates by the similarity of their posters. */
  similar: boolean;
  /** Default 15, or 5 when similar. */
  first?: number;
  /** How many of the best are re-ranked when similar. Default 30. */
  candidates?: number;
  /** Default PREFERENCE where the model has a ranker, else RATING. */
  rankBy?: RankBy;
  /** −1 (niche) to 1 (mainstream), default 0; by preference only. */
  popularityBias?: number;
  /** When similar: 0 (by score) to 1 (by similarity). Undefined: by similarity, movies without a poster dropped. */
  weight?: number;
  /** When similar: 0 to 1, how much posters are kept apart. */
  diversity?: number;
  /** When similar: movies whose posters are compared with, instead of the user's best-rated. */
  basedOn?: readonly MovieId[];
  filter?: RecommendationFilter;
}

/** Which movies may be recommended. */
export interface RecommendationFilter {
  /** Genres that a movie must all have. */
  genres?: readonly string[];
  /** Genres of which a movie must have one. */
  anyGenre?: readonly string[];
  /** Genres of which a movie must have none. */
  excludeGenres?: readonly string[];
  years?: Range;
  /** The least number of ratings, as an audience's sums count them. */
  minRatings?: { count: number; audience: Audience };
  excludeMovieIds?: readonly MovieId[];
  /** Nothing but these; undefined for the whole catalogue. */
  amongMovieIds?: readonly MovieId[];
  /** Whether rated movies are recommended too. */
  includeRated?: boolean;
}

/** Who movies are recommended to: a user, or a guest. */
export interface Subject {
  features: UserFeatures;
  /** All their ratings, read when they are first needed. */
  ratings(): Promise<UserRatings>;
  /** Movies that they do not want recommended, read when they are first needed. */
  dismissed?(): Promise<Int32Array>;
  /** What was computed of a user ahead, where it is current. */
  prepared?: PreparedUser;
  /** The embedding that was computed of a user ahead, where it is current; read when it is first needed. */
  encoded?(): Promise<Uint8Array | undefined>;
  /** What posters are compared with: the best-rated movies. */
  target: SimilarityTarget;
}

/** A list of recommendations to make. */
export interface RecommendRequest {
  subject: Subject;
  options: RecommendOptions;
}

/** A movie in the order of a list. */
export interface RankedMovie {
  /** From 1. */
  rank: number;
  movieId: MovieId;
  title: string;
  /** What the list is ordered by, preference or stars; higher is better, comparable within one list. */
  rankingScore: number;
  /** Cosine in −1..1, null without a poster; undefined where it was not computed yet. */
  similarity?: number | null;
  /** What its poster was compared with, and its own embedding, where the list was re-ranked by posters. */
  compared?: { target: Pick<PosterTarget, "anchors" | "fallback">; vector: Float32Array | undefined };
  /** Predicted stars, unclamped, and what they rest on; undefined where they were not predicted yet. */
  stars?: number;
  basis?: Basis;
}

export interface RecommendedMovie extends RankedMovie {
  stars: number;
  basis: Basis;
}
