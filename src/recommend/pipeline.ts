/** The recommendation pipeline: load ratings, exclude, predict, rank, and re-rank by poster similarity on request. */
import { type User, usersByIds } from "../db/users.js";
import { AppError, asAppError, received } from "../errors.js";
import type { UserId } from "../ids.js";
import { topK } from "../ml/linalg/top-k.js";
import { getBasis, type Predictions, type Predictor, type UserFeatures } from "../ml/model/predictor.js";
import { createPause } from "../pause.js";
import type { Catalogue } from "../services/catalogue.js";
import type { Services } from "../services/services.js";
import { filtersOf } from "./exclude.js";
import { readRatings } from "./load-ratings.js";
import { moviesForModel } from "./model-features.js";
import { rankItems } from "./order-by-stars.js";
import { rerankByPosters } from "./poster-rerank.js";
import { userNotFound } from "./predict.js";
import type { Person, RecommendedMovie, RecommendOptions } from "./recommend-request.js";

export type { RankBy, RecommendedMovie, RecommendOptions } from "./recommend-request.js";

export const defaultFirst = 15;
export const defaultFirstSimilar = 5;
export const defaultCandidates = 30;

/** A list of recommendations: for whom, and how. */
export interface Wanted {
  person: Person;
  options: RecommendOptions;
}

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
  const [user] = usersByIds(services.db, [userId]);
  if (user === undefined) throw userNotFound(userId);
  const [person] = await personsOf(services, [user]);
  return recommendTo(services, { person, options }, predictor);
}

/** Users with their ratings as they are now. */
export async function personsOf({ db }: Pick<Services, "db">, users: readonly User[]): Promise<Person[]> {
  // Read once: what the model predicts from and what is never recommended again are the same ratings.
  const ratings = await readRatings(
    db,
    users.map(({ id }) => id),
  );
  return users.map((user, i) => ({ features: { ...user, ratings: ratings[i] }, target: { userId: user.id } }));
}

/** As `recommend`, for anybody whose ratings are given. @throws {AppError} INVALID_ARGUMENT; as `Models.get` */
export async function recommendTo(
  services: Services,
  wanted: Wanted,
  predictor?: Predictor,
): Promise<RecommendedMovie[]> {
  const [movies] = await recommendMany(services, [wanted], predictor);
  if (movies instanceof AppError) throw movies;
  return movies;
}

/**
 * Many lists, in the order asked; an error in the place of one that cannot be made. What all of them need is read once,
 * and movies are predicted once for each person.
 * @throws {AppError} as `Models.get`
 */
export async function recommendMany(
  services: Services,
  wanted: readonly Wanted[],
  predictor?: Predictor,
): Promise<(RecommendedMovie[] | AppError)[]> {
  const best = await bestOf(services, wanted, predictor);
  const places = best.flatMap((movies, i) => (wanted[i].options.similar && !(movies instanceof AppError) ? [i] : []));
  if (places.length === 0) return best;
  const reranked = await rerankByPosters(
    services,
    places.map((i) => ({
      candidates: best[i] as RecommendedMovie[],
      target: wanted[i].person.target,
      first: wanted[i].options.first ?? defaultFirstSimilar,
      options: wanted[i].options,
    })),
  );
  places.forEach((i, place) => {
    best[i] = reranked[place];
  });
  return best;
}

/** By score: as many as are asked for, or re-ranked. */
async function bestOf(
  services: Services,
  wanted: readonly Wanted[],
  predictor?: Predictor,
): Promise<(RecommendedMovie[] | AppError)[]> {
  const catalogue = services.catalogue();
  const { movies, everyPosition } = catalogue;
  const model = predictor ?? (await services.models.get());
  const featured = await moviesForModel(services, model, movies);
  const userIndices = new Int32Array(movies.length);
  const leftOut = filtersOf(services, catalogue);
  const best: (RecommendedMovie[] | AppError)[] = wanted.map(() => []);
  const pause = createPause();
  for (const person of new Set(wanted.map((each) => each.person))) {
    const user = person.features;
    const predictions = await model.predict({
      users: [user],
      movies: featured,
      userIndices,
      movieIndices: everyPosition,
    });
    for (const [i, { person: whose, options }] of wanted.entries()) {
      if (whose !== person) continue;
      await pause();
      const k = options.similar ? (options.candidates ?? defaultCandidates) : (options.first ?? defaultFirst);
      const excluded = leftOut(user.ratings, options);
      const found = await orderOf(model, user, catalogue, predictions, excluded, k, options).catch(asAppError);
      best[i] = found instanceof AppError ? found : listed(catalogue, predictions, found);
    }
    await pause();
  }
  return best;
}

function listed({ movies }: Catalogue, predictions: Predictions, { order, keys }: Order): RecommendedMovie[] {
  return Array.from(order, (position, i) => ({
    rank: i + 1,
    key: keys[i],
    movieId: movies[position].id,
    title: movies[position].displayTitle,
    stars: predictions.stars[position],
    basis: getBasis(predictions, position),
  }));
}

interface Order {
  /** Positions of the catalogue, best first. */
  order: Int32Array;
  /** What each is ordered by. */
  keys: Float64Array;
}

/** @throws {AppError} INVALID_ARGUMENT */
async function orderOf(
  model: Predictor,
  user: UserFeatures,
  { movies }: Catalogue,
  { stars, itemKnown }: Predictions,
  excluded: Uint8Array,
  k: number,
  { rankBy, popularity = 0 }: RecommendOptions,
): Promise<Order> {
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
  const preferences = await model.preferences(user, movies, stars, popularity);
  const preferred = topK(preferences, excluded, k);
  const keys = Float64Array.from(preferred, (position) => preferences[position]);
  if (preferred.length === k) return { order: preferred, keys };
  // Movies that came after the training have no place in the ranking yet: they follow, by their stars.
  for (const position of preferred) excluded[position] = 1;
  const others = rankItems(stars, itemKnown, excluded, k - preferred.length);
  const last = keys.length === 0 ? 0 : keys[keys.length - 1];
  return { order: Int32Array.of(...preferred, ...others), keys: Float64Array.of(...keys, ...others.map(() => last)) };
}
