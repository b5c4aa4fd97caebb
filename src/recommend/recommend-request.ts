/** Types of the recommendation pipeline: what is asked for, and what comes out. */

import type { Range } from "../db/keyset.js";
import type { Audience } from "../db/statistics.js";
import type { MovieId } from "../ids.js";
import type { Basis, UserFeatures, UserRatings } from "../ml/model/predictor.js";
import type { PosterTarget, SimilarityTarget } from "./poster-similarity.js";

/** By what the user would choose to watch, or by how many stars they would give. */
export type RankBy = "PREFERENCE" | "RATING";

export interface RecommendOptions {
  /** Re-rank the best candidates by the likeness of their posters. */
  similar: boolean;
  /** Default 15, or 5 when similar. */
  first?: number;
  /** How many of the best are re-ranked when similar. Default 30. */
  candidates?: number;
  /** Default PREFERENCE where the model has a ranker, else RATING. */
  rankBy?: RankBy;
  /** −1 (niche) to 1 (mainstream), default 0; by preference only. */
  popularity?: number;
  /** When similar: 0 (by score) to 1 (by likeness). Left out: by likeness, those without a poster dropped. */
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
  /** How many ratings a movie must have at least, as the audience's sums count them. */
  minRatings?: { count: number; audience: Audience };
  excludeMovieIds?: readonly MovieId[];
  /** Also what the user has rated. */
  includeRated?: boolean;
}

/** For whom movies are ranked. */
export interface Person {
  features: UserFeatures & { ratings: UserRatings };
  /** What posters are compared with: a user's best-rated movies, or a guest's. */
  target: SimilarityTarget;
}

export interface RecommendedMovie {
  /** From 1. */
  rank: number;
  movieId: MovieId;
  title: string;
  /** Predicted stars, unclamped. */
  stars: number;
  basis: Basis;
  /** What it is ordered by: its preference or its stars, higher is better; comparable within one list. */
  key: number;
  /** Cosine in −1..1, null without a poster; undefined where nobody asked for it yet. */
  similarity?: number | null;
  /** What its poster was compared with, and its own embedding, where the list was re-ranked by posters. */
  compared?: { target: PosterTarget; vector: Float32Array | undefined };
}
