/** Loads the users, movies and ratings of the database as a training set. */

import { AppError } from "../errors.js";
import type { TrainingSet } from "../ml/data/training-set.js";
import type { EncoderKey } from "../model-inputs.js";
import type { Store } from "../store/store.js";

/**
 * @param which `imported` leaves out ratings made through the API since the import
 * @param encoder the movies get the poster embeddings stored for this encoder
 * @throws {AppError} DATA_EMPTY without a data set or ratings
 */
export async function loadTrainingSet(
  store: Pick<Store, "settings" | "users" | "movies" | "ratings" | "embeddings">,
  which: "all" | "imported" = "all",
  encoder?: EncoderKey,
): Promise<{ name: string; data: TrainingSet }> {
  const name = (await store.settings.serving()).dataset?.name;
  const ratings = await store.ratings.all(which);
  if (name === undefined || ratings.stars.length === 0) {
    throw new AppError("DATA_EMPTY", "expected a data set with ratings, but none is loaded: run marquee import");
  }
  const users = (await store.users.all()).map(({ id, gender, ageGroup, occupation }) => ({
    id,
    gender,
    ageGroup,
    occupation,
  }));
  const posters = encoder && (await store.embeddings.ofMovies(encoder));
  const movies = (await store.movies.all()).map(({ id, genres, year }) => ({
    id,
    genres,
    year,
    poster: posters?.get(id),
  }));
  return { name, data: { users, movies, ratings, posterEncoder: encoder } };
}
