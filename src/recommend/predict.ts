/** Predicts stars for any user–movie pairs in one call of the model. */
import { type AppError, movieNotFound, userNotFound } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import { type Basis, getBasis, type Predictor, type UserFeatures } from "../ml/model/predictor.js";
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
  const model = await reader.model.load("current");
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
    users: await loadRatingsFor(reader, model, knownUsers),
    movies: await reader.services.untrainedMovies(model, knownMovies),
    userIndices: Int32Array.from(known, (key) => userIndex.get(key.userId) as number),
    movieIndices: Int32Array.from(known, (key) => movieIndex.get(key.movieId) as number),
  });
  let pair = 0;
  return keys.map((key) => {
    if (!userIndex.has(key.userId)) return userNotFound(key.userId);
    if (!movieIndex.has(key.movieId)) return movieNotFound(key.movieId);
    const prediction = { movieId: key.movieId, stars: predictions.stars[pair], basis: getBasis(predictions, pair) };
    pair++;
    return prediction;
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
