/** Writes a data set's rows: adds new ones, updates changed ones, leaves the rest alone. */
import { joinGenres } from "../../../genres.js";
import type { ImportedMovie, ImportedRating, ImportedUser } from "../../imports.js";
import type { Database } from "../database.js";

export interface RowWriter {
  /** Rows added or changed so far. */
  readonly changed: { users: number; movies: number; ratings: number };
  putUser(user: ImportedUser): void;
  /** @param position index in the data set's own list, from 0 */
  putMovie(movie: ImportedMovie, position: number): void;
  putRating(rating: ImportedRating): void;
}

/** Statements to call in a transaction. What was set through the API since the last import stays as it is. */
export function createRowWriter({ sqlite }: Database): RowWriter {
  const changed = { users: 0, movies: 0, ratings: 0 };
  const user = sqlite.prepare(`
    INSERT INTO users (id, gender, age_group, occupation, zip_code) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET gender = excluded.gender, age_group = excluded.age_group,
      occupation = excluded.occupation, zip_code = excluded.zip_code
    WHERE NOT edited AND source = 'import' AND (gender, age_group, occupation, zip_code) IS NOT
      (excluded.gender, excluded.age_group, excluded.occupation, excluded.zip_code)`);
  const movie = sqlite.prepare(`
    INSERT INTO movies (id, position, title, display_title, year, genres) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title,
      display_title = excluded.display_title, year = excluded.year, genres = excluded.genres
    WHERE NOT edited AND (position, title, display_title, year, genres) IS NOT
      (excluded.position, excluded.title, excluded.display_title, excluded.year, excluded.genres)`);
  const rating = sqlite.prepare(`
    INSERT INTO ratings (user_id, movie_id, rating, rated_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (user_id, movie_id) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at
    WHERE NOT edited AND (rating, rated_at) IS NOT (excluded.rating, excluded.rated_at)`);
  return {
    changed,
    putUser: ({ userId, gender, ageGroup, occupation, zipCode }) => {
      changed.users += user.run(userId, gender, ageGroup, occupation, zipCode).changes;
    },
    putMovie: ({ movieId, title, displayTitle, year, genres }, position) => {
      changed.movies += movie.run(movieId, position, title, displayTitle, year, joinGenres(genres)).changes;
    },
    putRating: ({ userId, movieId, rating: stars, ratedAt }) => {
      changed.ratings += rating.run(userId, movieId, stars, ratedAt).changes;
    },
  };
}

/** Empties everything that belongs to a data set; what was learned from it no longer serves. Call in a transaction. */
export function clearDataset({ sqlite }: Database): void {
  sqlite.exec(
    "DELETE FROM ratings; DELETE FROM posters; DELETE FROM users; DELETE FROM movies; DELETE FROM dataset; DELETE FROM deletions;" +
      "DELETE FROM settings WHERE key = 'activeModel'",
  );
}

/**
 * Deletes users and movies that the files no longer hold, but nothing that a person made or that depends on it: rows that were added
 * or edited, that have ratings, dismissals, tokens or posters of somebody's, or a link made by hand. Call in a transaction, after the merge of ratings.
 */
export function deleteMissing(
  { sqlite }: Database,
  users: ReadonlySet<number>,
  movies: ReadonlySet<number>,
): { users: number; movies: number } {
  const deleteRows = (table: string, condition: string, present: ReadonlySet<number>) => {
    const ids = sqlite.prepare(`SELECT id FROM ${table} WHERE ${condition}`).pluck().all() as number[];
    const remove = sqlite.prepare(`DELETE FROM ${table} WHERE id = ?`);
    const missing = ids.filter((id) => !present.has(id));
    for (const id of missing) remove.run(id);
    return missing.length;
  };
  return {
    users: deleteRows(
      "users",
      `source = 'import' AND NOT edited AND NOT EXISTS (SELECT 1 FROM ratings WHERE user_id = users.id)
       AND NOT EXISTS (SELECT 1 FROM tokens WHERE user_id = users.id)
       AND NOT EXISTS (SELECT 1 FROM dismissals WHERE user_id = users.id)`,
      users,
    ),
    movies: deleteRows(
      "movies",
      `NOT edited AND link_source IS NOT 'manual' AND NOT EXISTS (SELECT 1 FROM ratings WHERE movie_id = movies.id)
       AND NOT EXISTS (SELECT 1 FROM dismissals WHERE movie_id = movies.id)
       AND NOT EXISTS (SELECT 1 FROM posters WHERE movie_id = movies.id AND source IN ('upload', 'folder'))`,
      movies,
    ),
  };
}
