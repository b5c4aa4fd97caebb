/** Recommendations: what a user has not rated, ranked, and by likeness of posters where that is asked for. */
import { ratingsOfUsers } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import { AppError, received } from "../errors.js";
import type { UserId } from "../ids.js";
import { basisOf, type Predictions, type Predictor, type UserFeatures } from "../ml/predictor.js";
import { rankItems } from "../ml/rank.js";
import { topK } from "../ml/top-k.js";
import type { Catalogue } from "./catalogue.js";
import { excludedBy } from "./exclude.js";
import { moviesForModel } from "./model-features.js";
import { userNotFound } from "./predict.js";
import type { Person, RecommendedMovie, RecommendOptions } from "./recommendation.js";
import { rerankByPosters } from "./rerank.js";
import type { Services } from "./services.js";

export type { RankBy, RecommendedMovie, RecommendOptions } from "./recommendation.js";

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
  return recommendTo(services, personOf(services, userId), options, predictor);
}

/** A user with their ratings as they are now. @throws {AppError} USER_NOT_FOUND */
function personOf({ db }: Services, userId: UserId): Person {
  const [found] = usersByIds(db, [userId]);
  if (found === undefined) throw userNotFound(userId);
  // Read once: what the model predicts from and what is never recommended again are the same ratings.
  const [ratings] = ratingsOfUsers(db, [userId]);
  return { features: { ...found, ratings }, target: { userId } };
}

/** As `recommend`, for anybody whose ratings are given. @throws {AppError} INVALID_ARGUMENT; as `Models.get` */
export async function recommendTo(
  services: Services,
  person: Person,
  options: RecommendOptions,
  predictor?: Predictor,
): Promise<RecommendedMovie[]> {
  const first = options.first ?? (options.similar ? defaultFirstSimilar : defaultFirst);
  const candidates = options.similar ? (options.candidates ?? defaultCandidates) : first;
  const best = await bestOf(services, person.features, candidates, options, predictor);
  return options.similar ? rerankByPosters(services, person.target, best, first, options) : best.slice(0, first);
}

async function bestOf(
  services: Services,
  user: Person["features"],
  k: number,
  options: RecommendOptions,
  predictor?: Predictor,
): Promise<RecommendedMovie[]> {
  const catalogue = services.catalogue();
  const { movies, everyPosition } = catalogue;
  const model = predictor ?? (await services.models.get());
  const predictions = await model.predict({
    users: [user],
    movies: moviesForModel(services, model, movies),
    userAt: new Int32Array(movies.length),
    movieAt: everyPosition,
  });
  const excluded = excludedBy(services, catalogue, user.ratings, options);
  const { order, keys } = orderOf(model, user, catalogue, predictions, excluded, k, options);
  return Array.from(order, (position, i) => ({
    rank: i + 1,
    key: keys[i],
    movieId: movies[position].id,
    title: movies[position].displayTitle,
    stars: predictions.stars[position],
    basis: basisOf(predictions, position),
  }));
}

/** Positions of the catalogue, best first, and what each is ordered by. @throws {AppError} INVALID_ARGUMENT */
function orderOf(
  model: Predictor,
  user: UserFeatures,
  { movies }: Catalogue,
  { stars, itemKnown }: Predictions,
  excluded: Uint8Array,
  k: number,
  { rankBy, popularity = 0 }: RecommendOptions,
): { order: Int32Array; keys: Float64Array } {
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
    const order = rankItems(stars, itemKnown, excluded, k);
    return { order, keys: Float64Array.from(order, (position) => stars[position]) };
  }
  const preferences = model.preferences(user, movies, stars, popularity);
  const preferred = topK(preferences, excluded, k);
  const keys = Float64Array.from(preferred, (position) => preferences[position]);
  if (preferred.length === k) return { order: preferred, keys };
  // Movies that came after the training have no place in the ranking yet: they follow, by their stars.
  for (const position of preferred) excluded[position] = 1;
  const others = rankItems(stars, itemKnown, excluded, k - preferred.length);
  const last = keys.length === 0 ? 0 : keys[keys.length - 1];
  return { order: Int32Array.of(...preferred, ...others), keys: Float64Array.of(...keys, ...others.map(() => last)) };
}
