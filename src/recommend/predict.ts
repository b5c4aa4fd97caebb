/** Predicts stars for any user–movie pairs in one call of the model. */
import { moviesByIds } from "../db/movies.js";
import { usersByIds } from "../db/users.js";
import { AppError } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import { type Basis, getBasis, type Predictor } from "../ml/model/predictor.js";
import type { Services } from "../services/services.js";
import { moviesForModel, usersForModel } from "./model-features.js";

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
 * One prediction a key, in their order; an unknown user or movie is an error in its place.
 * @throws {AppError} as `Models.get`
 */
export async function predictPairs(
  services: Services,
  keys: readonly PredictionKey[],
  predictor?: Predictor,
): Promise<(Prediction | AppError)[]> {
  const model = predictor ?? (await services.models.get());
  const userIds = [...new Set(keys.map((key) => key.userId))];
  const movieIds = [...new Set(keys.map((key) => key.movieId))];
  const users = usersByIds(services.db, userIds);
  const movies = moviesByIds(services.db, movieIds);
  const userPlace = new Map(userIds.map((id, place) => [id, users[place] === undefined ? -1 : place]));
  const moviePlace = new Map(movieIds.map((id, place) => [id, movies[place] === undefined ? -1 : place]));
  const known = keys.filter((key) => userPlace.get(key.userId) !== -1 && moviePlace.get(key.movieId) !== -1);
  const predictions = await model.predict({
    // An unknown one keeps its place, so that places stay as they are; no pair points at it.
    users: await usersForModel(
      services,
      model,
      users.map((user, i) => user ?? { id: userIds[i], gender: null, ageGroup: null, occupation: null }),
    ),
    movies: await moviesForModel(
      services,
      model,
      movies.map((movie, i) => movie ?? { id: movieIds[i], genres: "" }),
    ),
    userIndices: Int32Array.from(known, (key) => userPlace.get(key.userId) as number),
    movieIndices: Int32Array.from(known, (key) => moviePlace.get(key.movieId) as number),
  });
  let pair = 0;
  return keys.map((key) => {
    if (userPlace.get(key.userId) === -1) return userNotFound(key.userId);
    if (moviePlace.get(key.movieId) === -1) return movieNotFound(key.movieId);
    const prediction = { movieId: key.movieId, stars: predictions.stars[pair], basis: getBasis(predictions, pair) };
    pair++;
    return prediction;
  });
}

export function userNotFound(id: UserId): AppError {
  return new AppError("USER_NOT_FOUND", `expected the id of a user, received ${id}`);
}

export function movieNotFound(id: MovieId): AppError {
  return new AppError("MOVIE_NOT_FOUND", `expected the id of a movie, received ${id}`);
}
