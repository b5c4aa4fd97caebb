/** Recommendations: what a user has not rated, by predicted stars, and by likeness of posters where that is asked for. */
import { postersByMovieIds } from "../db/posters.js";
import { ratedMovieIds } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import type { MovieId, UserId } from "../ids.js";
import { type Basis, basisOf, type Predictor } from "../ml/predictor.js";
import { rankItems } from "../ml/rank.js";
import { posterSimilarities } from "./poster-similarity.js";
import { userNotFound } from "./predict.js";
import type { Services } from "./services.js";

export interface RecommendOptions {
  /** Re-rank the best-predicted candidates by the likeness of their posters. */
  similar: boolean;
  /** Default 15, or 5 when similar. */
  first?: number;
  /** How many best-predicted movies are re-ranked when similar. Default 30. */
  candidates?: number;
}

export interface RecommendedMovie {
  /** From 1. */
  rank: number;
  movieId: MovieId;
  title: string;
  /** Predicted stars, unclamped. */
  stars: number;
  basis: Basis;
  /** Cosine in −1..1, null without a poster; undefined where nobody asked for it yet. */
  similarity?: number | null;
}

export const defaultFirst = 15;
export const defaultFirstSimilar = 5;
export const defaultCandidates = 30;

/**
 * @returns at most `first` movies that the user has not rated, best first
 * @throws {AppError} USER_NOT_FOUND; as `Models.get`
 */
export async function recommend(
  services: Services,
  userId: UserId,
  options: RecommendOptions,
  predictor?: Predictor,
): Promise<RecommendedMovie[]> {
  const first = options.first ?? (options.similar ? defaultFirstSimilar : defaultFirst);
  const candidates = options.similar ? (options.candidates ?? defaultCandidates) : first;
  const best = await bestPredicted(services, userId, candidates, predictor);
  if (!options.similar) return best.slice(0, first);
  return closestPosters(services, userId, best).then((ranked) =>
    ranked.slice(0, first).map((movie, i) => ({ ...movie, rank: i + 1 })),
  );
}

async function bestPredicted(
  services: Services,
  userId: UserId,
  k: number,
  predictor?: Predictor,
): Promise<RecommendedMovie[]> {
  const [user] = usersByIds(services.db, [userId]);
  if (user === undefined) throw userNotFound(userId);
  const { movies, positionOf, everyPosition } = services.catalogue();
  const model = predictor ?? (await services.models.get());
  const predictions = await model.predict({
    users: [user],
    movies,
    userAt: new Int32Array(movies.length),
    movieAt: everyPosition,
  });
  const excluded = new Uint8Array(movies.length);
  for (const movieId of ratedMovieIds(services.db, userId)) {
    const position = positionOf.get(movieId);
    if (position !== undefined) excluded[position] = 1;
  }
  const order = rankItems(predictions.stars, predictions.itemKnown, excluded, k);
  return Array.from(order, (position, i) => ({
    rank: i + 1,
    movieId: movies[position].id,
    title: movies[position].displayTitle,
    stars: predictions.stars[position],
    basis: basisOf(predictions, position),
  }));
}

/** Those with a poster, the closest to the user's best-rated first; equally close ones keep their order. */
async function closestPosters(
  services: Services,
  userId: UserId,
  candidates: readonly RecommendedMovie[],
): Promise<RecommendedMovie[]> {
  const posters = postersByMovieIds(
    services.db,
    candidates.map(({ movieId }) => movieId),
  );
  const withPoster = candidates.filter((_, i) => posters[i] !== undefined);
  const similarities = await posterSimilarities(
    services,
    { userId },
    withPoster.map(({ movieId }) => movieId),
  );
  return withPoster
    .map((movie, i) => ({ ...movie, similarity: similarities[i] }))
    .sort((a, b) => (b.similarity ?? -2) - (a.similarity ?? -2));
}
