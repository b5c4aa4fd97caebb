/** Rating statistics of movies, as different audiences may see them. */
import type { MovieId } from "../ids.js";

/**
 * Whose ratings sums count, by what their reader may read: everybody's (`all`), those of imported users (`published`), or nobody's
 * (`private`). Ratings of people whom the reader may not read are counted in tens: a movie's sums take them in when ten of them have
 * come or gone since they last did, and leave them out where there are fewer. So no sum, and no difference between two sums or between
 * a sum and a list, tells one person's stars.
 */
export type Audience = "all" | "published" | "private";

export interface MovieStatistics {
  ratingCount: number;
  /** Stars; null without ratings. */
  meanRating: number | null;
  /** Unix seconds; null where no rating's time is known. */
  lastRatedAt: number | null;
  /** The number of ratings of 0.5, 1, … 5 stars. */
  histogram: readonly number[];
}

export interface StatisticsStore {
  /** In the order of the ids. */
  ofMovies(audience: Audience, ids: readonly MovieId[]): Promise<MovieStatistics[]>;
  /** Number and mean stars of all ratings; the mean is null without any. */
  totals(audience: Audience): Promise<{ count: number; mean: number | null }>;
  /** Movies with the most ratings, the most first. */
  mostRated(audience: Audience, first: number): Promise<MovieId[]>;
  /** Movies by (prior · mean + Σ stars) / (prior + ratings), the highest first. @param mean of all ratings, in stars */
  bestRated(
    audience: Audience,
    mean: number,
    prior: number,
    first: number,
  ): Promise<{ movieId: MovieId; score: number }[]>;
  /** Movies with at least `min` ratings. */
  ratedAtLeast(audience: Audience, min: number): Promise<Set<MovieId>>;
}
