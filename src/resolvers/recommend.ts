/** Recommendations: what a user has not rated, ranked, and by likeness of posters where that is asked for. */
import { postersByMovieIds } from "../db/posters.js";
import { ratingsOfUsers } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import { AppError, received } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import { type Basis, basisOf, type Predictions, type Predictor, type UserFeatures } from "../ml/predictor.js";
import { rankItems } from "../ml/rank.js";
import { topK } from "../ml/top-k.js";
import type { Catalogue } from "./catalogue.js";
import { moviesForModel } from "./model-features.js";
import { posterSimilarities } from "./poster-similarity.js";
import { userNotFound } from "./predict.js";
import type { Services } from "./services.js";

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
  const best = await bestOf(services, userId, candidates, options, predictor);
  if (!options.similar) return best.slice(0, first);
  return closestPosters(services, userId, best).then((ranked) =>
    ranked.slice(0, first).map((movie, i) => ({ ...movie, rank: i + 1 })),
  );
}

async function bestOf(
  services: Services,
  userId: UserId,
  k: number,
  options: RecommendOptions,
  predictor?: Predictor,
): Promise<RecommendedMovie[]> {
  const [found] = usersByIds(services.db, [userId]);
  if (found === undefined) throw userNotFound(userId);
  const catalogue = services.catalogue();
  const { movies, positionOf, everyPosition } = catalogue;
  const model = predictor ?? (await services.models.get());
  // Read once: what the model predicts from and what is never recommended again are the same ratings.
  const [ratings] = ratingsOfUsers(services.db, [userId]);
  const user: UserFeatures = { ...found, ratings };
  const predictions = await model.predict({
    users: [user],
    movies: moviesForModel(services, model, movies),
    userAt: new Int32Array(movies.length),
    movieAt: everyPosition,
  });
  const excluded = new Uint8Array(movies.length);
  for (const movieId of ratings.movieIds) {
    const position = positionOf.get(movieId as MovieId);
    if (position !== undefined) excluded[position] = 1;
  }
  const order = orderOf(model, user, catalogue, predictions, excluded, k, options);
  return Array.from(order, (position, i) => ({
    rank: i + 1,
    movieId: movies[position].id,
    title: movies[position].displayTitle,
    stars: predictions.stars[position],
    basis: basisOf(predictions, position),
  }));
}

/** Positions of the catalogue, best first. @throws {AppError} INVALID_ARGUMENT */
function orderOf(
  model: Predictor,
  user: UserFeatures,
  { movies }: Catalogue,
  { stars, itemKnown }: Predictions,
  excluded: Uint8Array,
  k: number,
  { rankBy, popularity = 0 }: RecommendOptions,
): Int32Array {
  if (!(popularity >= -1 && popularity <= 1)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected popularity from -1 (niche) to 1 (mainstream), received ${popularity}`,
    );
  }
  const hasRanker = model.preferences !== undefined;
  if (!hasRanker && (rankBy === "PREFERENCE" || popularity !== 0)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a model with a ranker to rank by preference or popularity, but ${received(model.manifest.name)} has none: ` +
        "rank by RATING, or train another with marquee train",
    );
  }
  if (model.preferences === undefined || rankBy === "RATING") {
    if (popularity !== 0) {
      throw new AppError(
        "INVALID_ARGUMENT",
        "expected popularity together with rankBy: PREFERENCE, received it with RATING",
      );
    }
    return rankItems(stars, itemKnown, excluded, k);
  }
  const preferred = topK(model.preferences(user, movies, stars, popularity), excluded, k);
  if (preferred.length === k) return preferred;
  // Movies that came after the training have no place in the ranking yet: they follow, by their stars.
  for (const position of preferred) excluded[position] = 1;
  const others = rankItems(stars, itemKnown, excluded, k - preferred.length);
  return Int32Array.of(...preferred, ...others);
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
  services.posterSources.request(candidates.flatMap(({ movieId }, i) => (posters[i] === undefined ? [movieId] : [])));
  const similarities = await posterSimilarities(
    services,
    { userId },
    withPoster.map(({ movieId }) => movieId),
  );
  return withPoster
    .map((movie, i) => ({ ...movie, similarity: similarities[i] }))
    .sort((a, b) => (b.similarity ?? -2) - (a.similarity ?? -2));
}
