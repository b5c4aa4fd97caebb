/** Which poster a movie has, and the embeddings of posters' contents. The bytes themselves are not in the database. */
import { and, asc, count, eq, inArray, sql } from "drizzle-orm";
import type { EncoderKey, MovieId } from "../ids.js";
import type { Database } from "./open.js";
import { getSetting, setSetting } from "./settings.js";
import { movies, posterEmbeddings, posters } from "./tables.js";

export type PosterRow = typeof posters.$inferSelect;

export type { EncoderKey } from "../ids.js";

export function postersByMovieIds(db: Database, ids: readonly MovieId[]): (PosterRow | undefined)[] {
  const rows = db.orm
    .select()
    .from(posters)
    .where(inArray(posters.movieId, [...new Set(ids)]))
    .all();
  const byId = new Map(rows.map((row) => [row.movieId, row]));
  return ids.map((id) => byId.get(id));
}

/** A poster's record by its content, or undefined: only what is recorded may be served. */
export function posterByContent(db: Database, sha256: string): PosterRow | undefined {
  return db.orm.select().from(posters).where(eq(posters.sha256, sha256)).get();
}

/** Call inside `write`. @returns whether anything changed: the same poster twice is one poster */
export function setPoster(db: Database, poster: PosterRow): boolean {
  const before = db.orm.select().from(posters).where(eq(posters.movieId, poster.movieId)).get();
  if (before?.sha256 === poster.sha256) return false;
  db.orm.insert(posters).values(poster).onConflictDoUpdate({ target: posters.movieId, set: poster }).run();
  countChange(db);
  return true;
}

/** Call inside `write`. Its bytes stay in the store. @returns the poster that was there, or undefined */
export function deletePoster(db: Database, movieId: MovieId): PosterRow | undefined {
  const removed = db.orm.delete(posters).where(eq(posters.movieId, movieId)).returning().get();
  if (removed !== undefined) countChange(db);
  return removed;
}

function countChange(db: Database): void {
  setSetting(db, "postersRevision", String(Number(getSetting(db, "postersRevision") ?? 0) + 1));
}

export function movieIdsWithPoster(db: Database): Set<MovieId> {
  return new Set(db.sqlite.prepare("SELECT movie_id FROM posters").pluck().all() as MovieId[]);
}

export function countPosters(db: Database): number {
  return db.orm.select({ n: count() }).from(posters).get()?.n ?? 0;
}

/** Posters without an embedding of this kind, each content once. */
export function postersToEmbed(db: Database, key: EncoderKey): { sha256: string; format: PosterRow["format"] }[] {
  return db.orm
    .selectDistinct({ sha256: posters.sha256, format: posters.format })
    .from(posters)
    .where(
      sql`NOT EXISTS (SELECT 1 FROM ${posterEmbeddings} WHERE ${posterEmbeddings.sha256} = ${posters.sha256}
        AND ${posterEmbeddings.encoderId} = ${key.encoderId} AND ${posterEmbeddings.preprocessing} = ${key.preprocessing})`,
    )
    .orderBy(asc(posters.sha256))
    .all();
}

/** Vectors by the content of their posters; contents without one are missing from the map. */
export function embeddingsByContent(
  db: Database,
  key: EncoderKey,
  contents: readonly string[],
): Map<string, Float32Array> {
  const rows = db.orm
    .select({ sha256: posterEmbeddings.sha256, vector: posterEmbeddings.vector })
    .from(posterEmbeddings)
    .where(
      and(
        inArray(posterEmbeddings.sha256, [...new Set(contents)]),
        eq(posterEmbeddings.encoderId, key.encoderId),
        eq(posterEmbeddings.preprocessing, key.preprocessing),
      ),
    )
    .all();
  return new Map(rows.map((row) => [row.sha256, toVector(row.vector)]));
}

/**
 * Embeddings that movies' posters have already, with their contents; movies without one are missing from the map.
 * @param ids of which movies; by default all
 */
export function storedEmbeddings(
  db: Database,
  encoder: EncoderKey,
  ids?: readonly MovieId[],
): Map<MovieId, { encoder: EncoderKey; content: string; vector: Float32Array }> {
  const { encoderId, preprocessing } = encoder;
  const rows = db.sqlite
    .prepare(
      `SELECT p.movie_id, p.sha256, e.vector FROM posters p JOIN poster_embeddings e
         ON e.sha256 = p.sha256 AND e.encoder_id = $encoderId AND e.preprocessing = $preprocessing
       ${ids === undefined ? "" : "WHERE p.movie_id IN (SELECT value FROM json_each($ids))"}`,
    )
    .raw()
    .iterate({ encoderId, preprocessing, ...(ids && { ids: JSON.stringify(ids) }) });
  const found = new Map<MovieId, { encoder: EncoderKey; content: string; vector: Float32Array }>();
  for (const [movieId, content, vector] of rows as IterableIterator<[MovieId, string, Buffer]>) {
    found.set(movieId, { encoder, content, vector: toVector(vector) });
  }
  return found;
}

/** Embeddings of movies' posters by number, those after `after`, at most `limit`. */
export function embeddingsPage(
  db: Database,
  { encoderId, preprocessing }: EncoderKey,
  after: number,
  limit: number,
): { movieId: MovieId; vector: Float32Array }[] {
  const rows = db.sqlite
    .prepare(
      `SELECT p.movie_id AS movieId, e.vector AS vector FROM posters p JOIN poster_embeddings e
         ON e.sha256 = p.sha256 AND e.encoder_id = ? AND e.preprocessing = ?
       WHERE p.movie_id > ? ORDER BY p.movie_id LIMIT ?`,
    )
    .all(encoderId, preprocessing, after, limit) as { movieId: MovieId; vector: Buffer }[];
  return rows.map(({ movieId, vector }) => ({ movieId, vector: toVector(vector) }));
}

/** Changes whenever an embedding is added, or any movie's poster changes. */
export function embeddingsStamp(db: Database): string {
  return db.sqlite
    .prepare(
      `SELECT (SELECT coalesce(max(rowid), 0) FROM poster_embeddings) || ' ' || (SELECT count(*) FROM posters) || ' ' ||
         coalesce((SELECT value FROM settings WHERE key = 'postersRevision'), '0')`,
    )
    .pluck()
    .get() as string;
}

/** Call inside `write`. */
export function saveEmbeddings(db: Database, key: EncoderKey, vectors: ReadonlyMap<string, Float32Array>): void {
  for (const [sha256, vector] of vectors) {
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    db.orm
      .insert(posterEmbeddings)
      .values({ sha256, ...key, vector: bytes, dimension: vector.length })
      .onConflictDoNothing()
      .run();
  }
}

/** Movies by IMDb id or movie id as poster files name them: every movie's two names. */
export function posterNames(db: Database): { movieId: MovieId; imdbId: string | null }[] {
  return db.orm.select({ movieId: movies.id, imdbId: movies.imdbId }).from(movies).all();
}

/** Copies: a blob's memory may be reused, and may not be aligned to four bytes. */
function toVector(bytes: Buffer): Float32Array {
  const vector = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(vector.buffer).set(bytes);
  return vector;
}
