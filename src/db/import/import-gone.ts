/** Removes users and movies that a newer release of the data set no longer has. */
import type { MovieId, UserId } from "../../ids.js";
import type { Database } from "../open.js";

export interface Gone {
  users: number;
  movies: number;
}

/**
 * Takes out what the files no longer hold, but nothing that a person made or that hangs on it: users and movies that were
 * added or edited, that have ratings, tokens or posters of somebody's, or a link made by hand. Call inside the import's
 * transaction, after its ratings were merged.
 */
export function removeGone(db: Database, users: ReadonlySet<UserId>, movies: ReadonlySet<MovieId>): Gone {
  const of = (table: string, condition: string, kept: ReadonlySet<number>) => {
    const ids = db.sqlite.prepare(`SELECT id FROM ${table} WHERE ${condition}`).pluck().all() as number[];
    const remove = db.sqlite.prepare(`DELETE FROM ${table} WHERE id = ?`);
    const gone = ids.filter((id) => !kept.has(id));
    for (const id of gone) remove.run(id);
    return gone.length;
  };
  return {
    users: of(
      "users",
      `source = 'import' AND NOT edited AND NOT EXISTS (SELECT 1 FROM ratings WHERE user_id = users.id)
       AND NOT EXISTS (SELECT 1 FROM tokens WHERE user_id = users.id)`,
      users,
    ),
    movies: of(
      "movies",
      `NOT edited AND link_source IS NOT 'manual' AND NOT EXISTS (SELECT 1 FROM ratings WHERE movie_id = movies.id)
       AND NOT EXISTS (SELECT 1 FROM posters WHERE movie_id = movies.id AND source IN ('upload', 'folder'))`,
      movies,
    ),
  };
}
