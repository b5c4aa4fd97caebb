/** Writes a data set's rows: inserts new ones, updates changed ones, leaves the rest alone. */

import { splitTitle } from "../../datasets/movielens/titles.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Database } from "../open.js";

/** How many rows were added or changed. */
export interface Changes {
  users: number;
  movies: number;
  ratings: number;
  links: number;
}

export interface RowWriter {
  readonly changes: Changes;
  putUser(user: {
    userId: UserId;
    gender: string | null;
    ageGroup: number | null;
    occupation: string | null;
    zipCode: string | null;
  }): void;
  putMovie(movie: { movieId: MovieId; position: number; title: string; genres: readonly string[] }): void;
  putRating(userId: UserId, movieId: MovieId, stars: number, ratedAt: number | null): void;
}

/**
 * Statements prepared once; call inside a transaction.
 * What was set through the API since the last import stays as it is.
 */
export function createRowWriter(db: Database): RowWriter {
  const changes: Changes = { users: 0, movies: 0, ratings: 0, links: 0 };
  const user = db.sqlite.prepare(`
    INSERT INTO users (id, gender, age_group, occupation, zip_code) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET gender = excluded.gender, age_group = excluded.age_group,
      occupation = excluded.occupation, zip_code = excluded.zip_code
    WHERE NOT edited AND source = 'import' AND (gender, age_group, occupation, zip_code) IS NOT
      (excluded.gender, excluded.age_group, excluded.occupation, excluded.zip_code)`);
  const movie = db.sqlite.prepare(`
    INSERT INTO movies (id, position, title, display_title, year, genres) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title,
      display_title = excluded.display_title, year = excluded.year, genres = excluded.genres
    WHERE NOT edited AND (position, title, display_title, year, genres) IS NOT
      (excluded.position, excluded.title, excluded.display_title, excluded.year, excluded.genres)`);
  const rating = db.sqlite.prepare(`
    INSERT INTO ratings (user_id, movie_id, rating, rated_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (user_id, movie_id) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at
    WHERE NOT edited AND (rating, rated_at) IS NOT (excluded.rating, excluded.rated_at)`);
  return {
    changes,
    putUser: ({ userId, gender, ageGroup, occupation, zipCode }) => {
      changes.users += user.run(userId, gender, ageGroup, occupation, zipCode).changes;
    },
    putMovie: ({ movieId, position, title, genres }) => {
      const { displayTitle, year } = splitTitle(title);
      changes.movies += movie.run(movieId, position, title, displayTitle, year, genres.join("|")).changes;
    },
    putRating: (userId, movieId, stars, ratedAt) => {
      changes.ratings += rating.run(userId, movieId, stars, ratedAt).changes;
    },
  };
}

/** Empties everything that belongs to a data set; what was learned from it no longer serves. */
export function clearDataset(db: Database): void {
  db.sqlite.exec(
    "DELETE FROM ratings; DELETE FROM posters; DELETE FROM users; DELETE FROM movies; DELETE FROM dataset; DELETE FROM deletions;" +
      "DELETE FROM settings WHERE key = 'activeModel'",
  );
}
