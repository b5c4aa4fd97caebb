/** Loads the users, movies and ratings of the database as a training set. */
import { allMovies } from "../db/movies.js";
import type { Database } from "../db/open.js";
import { type EncoderKey, storedEmbeddings } from "../db/posters.js";
import { allRatings } from "../db/ratings.js";
import { currentDataset } from "../db/settings.js";
import { allUsers } from "../db/users.js";
import { AppError } from "../errors.js";
import type { TrainingSet } from "../ml/data/training-set.js";

/**
 * @param which `imported` leaves out ratings made through the API since the import
 * @param encoder the movies get the poster embeddings stored for this encoder
 * @throws {AppError} DATA_EMPTY without a data set or ratings
 */
export function loadTrainingSet(
  db: Database,
  which: "all" | "imported" = "all",
  encoder?: EncoderKey,
): { name: string; data: TrainingSet } {
  const name = currentDataset(db)?.name;
  const ratings = allRatings(db, which);
  if (name === undefined || ratings.stars.length === 0) {
    throw new AppError("DATA_EMPTY", "expected a data set with ratings, but none is loaded: run marquee import");
  }
  const users = allUsers(db).map(({ id, gender, ageGroup, occupation }) => ({ id, gender, ageGroup, occupation }));
  const posters = encoder && storedEmbeddings(db, encoder);
  const movies = allMovies(db).map(({ id, genres, year }) => ({ id, genres, year, poster: posters?.get(id) }));
  return { name, data: { users, movies, ratings, posterEncoder: encoder } };
}
