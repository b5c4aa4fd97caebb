/** Embeddings of posters in SQLite, float32 and little-endian. */

import { sql } from "drizzle-orm";
import type { MovieId } from "../../ids.js";
import type { PosterEmbedding } from "../../model-inputs.js";
import type { EmbeddingStore } from "../embeddings.js";
import type { Database } from "./database.js";
import { posterEmbeddings } from "./poster-tables.js";
import { write } from "./transaction.js";

export function createEmbeddingStore(db: Database): EmbeddingStore {
  const { orm, sqlite } = db;
  const missing = sqlite.prepare(
    `SELECT DISTINCT sha256, format FROM posters p WHERE NOT EXISTS (SELECT 1 FROM poster_embeddings e
       WHERE e.sha256 = p.sha256 AND e.encoder_id = $encoderId AND e.preprocessing = $preprocessing) ORDER BY sha256`,
  );
  const byContent = sqlite
    .prepare(
      `SELECT sha256, vector FROM poster_embeddings WHERE sha256 IN (SELECT value FROM json_each($contents))
         AND encoder_id = $encoderId AND preprocessing = $preprocessing`,
    )
    .raw();
  const joined = `FROM posters p JOIN poster_embeddings e
    ON e.sha256 = p.sha256 AND e.encoder_id = $encoderId AND e.preprocessing = $preprocessing`;
  const ofAll = sqlite.prepare(`SELECT p.movie_id, p.sha256, e.vector ${joined}`).raw();
  const ofSome = sqlite
    .prepare(`SELECT p.movie_id, p.sha256, e.vector ${joined} WHERE p.movie_id IN (SELECT value FROM json_each($ids))`)
    .raw();
  const page = sqlite
    .prepare(`SELECT p.movie_id, e.vector ${joined} WHERE p.movie_id > $after ORDER BY p.movie_id LIMIT $limit`)
    .raw();
  const version = sqlite
    .prepare(
      `SELECT (SELECT coalesce(max(rowid), 0) FROM poster_embeddings) || ' ' || (SELECT count(*) FROM posters) || ' ' ||
         coalesce((SELECT value FROM settings WHERE key = 'postersRevision'), '0')`,
    )
    .pluck();
  const insert = orm
    .insert(posterEmbeddings)
    .values({
      sha256: sql.placeholder("sha256"),
      encoderId: sql.placeholder("encoderId"),
      preprocessing: sql.placeholder("preprocessing"),
      vector: sql.placeholder("vector"),
      dimension: sql.placeholder("dimension"),
    })
    .onConflictDoNothing()
    .prepare();
  return {
    missing: async (key) => missing.all({ ...key }) as Awaited<ReturnType<EmbeddingStore["missing"]>>,
    byContent: async (key, contents) => {
      const rows = byContent.all({ ...key, contents: JSON.stringify([...new Set(contents)]) }) as [string, Buffer][];
      return new Map(rows.map(([sha256, vector]) => [sha256, toVector(vector)]));
    },
    ofMovies: async (encoder, ids) => {
      const rows =
        ids === undefined ? ofAll.iterate({ ...encoder }) : ofSome.iterate({ ...encoder, ids: JSON.stringify(ids) });
      const found = new Map<MovieId, PosterEmbedding>();
      for (const [movieId, content, vector] of rows as IterableIterator<[MovieId, string, Buffer]>) {
        found.set(movieId, { encoder, content, vector: toVector(vector) });
      }
      return found;
    },
    page: async (key, after, limit) => {
      const rows = page.all({ ...key, after, limit }) as [MovieId, Buffer][];
      return rows.map(([movieId, vector]) => ({ movieId, vector: toVector(vector) }));
    },
    version: async () => version.get() as string,
    save: (key, vectors, maxWaitMs) =>
      write(
        db,
        () => {
          for (const [sha256, { buffer, byteOffset, byteLength, length }] of vectors) {
            insert.run({ ...key, sha256, vector: Buffer.from(buffer, byteOffset, byteLength), dimension: length });
          }
        },
        maxWaitMs,
      ),
  };
}

/** Copies: a blob's memory may be reused, and may not be aligned to four bytes. */
function toVector(bytes: Buffer): Float32Array {
  const vector = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(vector.buffer).set(bytes);
  return vector;
}
