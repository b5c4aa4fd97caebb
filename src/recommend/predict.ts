/** Predicts stars: of any user–movie pairs in one call of the model, and of a user and movies of the catalogue. */
import { type AppError, movieNotFound, userNotFound } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import {
  type Basis,
  getBasis,
  type MovieFeatures,
  type Predictions,
  type Predictor,
  type UserFeatures,
} from "../ml/model/predictor.js";
import type { Catalogue } from "../services/catalogue.js";
import { loadAll, type Reader } from "./reader.js";

export interface PredictionKey {
  userId: UserId;
  movieId: MovieId;
}

export interface Prediction {
  movieId: MovieId;
  /** Stars, unclamped. */
  stars: number;
  basis: Basis;
}

/**
 * One prediction for each key, in their order; an error for an unknown user or movie.
 * @throws {AppError} as `Models.get`
 */
export async function predictPairs(reader: Reader, keys: readonly PredictionKey[]): Promise<(Prediction | AppError)[]> {
  const model = await reader.model.load();
  const [users, movies] = await Promise.all([
    loadAll(reader.userById, [...new Set(keys.map((key) => key.userId))]),
    loadAll(reader.movieById, [...new Set(keys.map((key) => key.movieId))]),
  ]);
  const knownUsers = users.filter((user) => user !== undefined);
  const knownMovies = movies.filter((movie) => movie !== undefined);
  const userIndex = new Map(knownUsers.map(({ id }, index) => [id, index]));
  const movieIndex = new Map(knownMovies.map(({ id }, index) => [id, index]));
  const known = keys.filter((key) => userIndex.has(key.userId) && movieIndex.has(key.movieId));
  const predictions = await model.predict({
    users: await loadFeatures(reader, model, knownUsers),
    movies: await reader.services.untrainedMovies(model, knownMovies),
    userIndices: Int32Array.from(known, (key) => userIndex.get(key.userId) as number),
    movieIndices: Int32Array.from(known, (key) => movieIndex.get(key.movieId) as number),
  });
  let pair = 0;
  return keys.map((key) => {
    if (!userIndex.has(key.userId)) return userNotFound(key.userId);
    if (!movieIndex.has(key.movieId)) return movieNotFound(key.movieId);
    return { movieId: key.movieId, ...toStars(predictions, pair++) };
  });
}

/** Every movie of the catalogue, by its position, and what was known of those that the model was not trained on. */
export async function predictCatalogue(
  reader: Reader,
  model: Predictor,
  { movies, everyPosition }: Catalogue,
  user: UserFeatures,
): Promise<{ predictions: Predictions; untrained: readonly MovieFeatures[] }> {
  const untrained = await reader.untrained.load();
  const userIndices = new Int32Array(movies.length);
  const pairs = { users: [user], movies: untrained, userIndices, movieIndices: everyPosition };
  return { predictions: await model.predict(pairs), untrained };
}

/** Stars of a user and movies at some positions of the catalogue. */
export interface PositionPredictions {
  get(position: number): Pick<Prediction, "stars" | "basis">;
  /** What was known of movies that the model was not trained on; undefined where it was trained on all of these. */
  untrained: readonly MovieFeatures[] | undefined;
}

export async function predictPositions(
  reader: Reader,
  user: UserFeatures,
  asked: readonly number[],
): Promise<PositionPredictions> {
  const positions = [...new Set(asked)];
  const [model, { movies }] = await Promise.all([reader.model.load(), reader.catalogue.load()]);
  const isUntrained = positions.some((position) => !model.hasItem(movies[position].id));
  const untrained = isUntrained ? await reader.untrained.load() : undefined;
  const predictions = await model.predict({
    users: [user],
    movies: untrained ?? movies,
    userIndices: new Int32Array(positions.length),
    movieIndices: Int32Array.from(positions),
  });
  const pairOf = new Map(positions.map((position, pair) => [position, pair]));
  return { untrained, get: (position) => toStars(predictions, pairOf.get(position) as number) };
}

/** The stars of one pair, and what they rest on. */
export function toStars(predictions: Predictions, pair: number): Pick<Prediction, "stars" | "basis"> {
  return { stars: predictions.stars[pair], basis: getBasis(predictions, pair) };
}

/** The same users, with what was computed of them ahead, else with their ratings. */
async function loadFeatures<User extends UserFeatures>(
  reader: Reader,
  model: Predictor,
  users: readonly User[],
): Promise<readonly User[]> {
  const prepared = await loadAll(
    reader.preparedEmbedding,
    users.map(({ id }) => id),
  );
  const others = users.filter((_, i) => prepared[i] === undefined);
  const withRatings = await loadRatingsFor(reader, model, others);
  let next = 0;
  return users.map((user, i) => {
    const encoded = prepared[i];
    return encoded === undefined ? withRatings[next++] : { ...user, encoded };
  });
}

/** The same users, with their ratings where the model folds them in. */
export async function loadRatingsFor<User extends UserFeatures>(
  reader: Reader,
  model: Pick<Predictor, "needsRatings">,
  users: readonly User[],
): Promise<readonly User[]> {
  if (!model.needsRatings) return users;
  const ratings = await loadAll(
    reader.ratingsByUserId,
    users.map(({ id }) => id),
  );
  return users.map((user, i) => ({ ...user, ratings: ratings[i] }));
}
