/** Movies of the data set: by id, by IMDb id, by search, and all of them in order. */
import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { ImdbId, MovieId } from "../ids.js";
import { type Database, fold } from "./open.js";
import { movies } from "./tables.js";
import type { IdPage } from "./users.js";

export type Movie = typeof movies.$inferSelect;

export interface MovieFilter {
  /** Part of the title, upper or lower case. */
  search?: string;
  /** Genres that a movie must all have. */
  genres?: readonly string[];
  /** Whether it has an IMDb id. */
  linked?: boolean;
  /** Whether an import found its link, and was not certain. */
  uncertainLink?: boolean;
}

/** Movies by id, in the order asked; undefined where there is none. */
export function moviesByIds(db: Database, ids: readonly MovieId[]): (Movie | undefined)[] {
  const rows = db.orm
    .select()
    .from(movies)
    .where(inArray(movies.id, [...new Set(ids)]))
    .all();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

export function movieByImdbId(db: Database, imdbId: ImdbId): Movie | undefined {
  return db.orm.select().from(movies).where(eq(movies.imdbId, imdbId)).get();
}

/** Movies by IMDb id, in the order asked; undefined where there is none. */
export function moviesByImdbIds(db: Database, ids: readonly ImdbId[]): (Movie | undefined)[] {
  const rows = db.orm
    .select()
    .from(movies)
    .where(inArray(movies.imdbId, [...new Set(ids)]))
    .all();
  const byId = new Map(rows.map((row) => [row.imdbId, row]));
  return ids.map((id) => byId.get(id));
}

export function listMovies(db: Database, filter: MovieFilter, page: IdPage<MovieId>): Movie[] {
  return db.orm
    .select()
    .from(movies)
    .where(
      and(
        matches(filter),
        page.after === undefined ? undefined : gt(movies.id, page.after),
        page.before === undefined ? undefined : lt(movies.id, page.before),
      ),
    )
    .orderBy(page.inverted ? desc(movies.id) : asc(movies.id))
    .limit(page.limit)
    .all();
}

export function countMovies(db: Database, filter: MovieFilter = {}): number {
  return db.orm.select({ n: count() }).from(movies).where(matches(filter)).get()?.n ?? 0;
}

/** How many movies have an IMDb id. */
export function countLinked(db: Database): number {
  return (
    db.orm
      .select({ n: count(movies.imdbId) })
      .from(movies)
      .get()?.n ?? 0
  );
}

/** Every movie, in the data set's own order. */
export function allMovies(db: Database): Movie[] {
  return db.orm.select().from(movies).orderBy(asc(movies.position)).all();
}

// LIKE ignores the case of these, and is faster than a function of ours for every row.
const isAscii = /^[\x20-\x7e]*$/;

function matches(filter: MovieFilter): SQL | undefined {
  const conditions: SQL[] = [];
  const search = filter.search?.trim();
  if (search && isAscii.test(search)) {
    const pattern = `%${escapeLike(search)}%`;
    conditions.push(
      sql`(${movies.displayTitle} LIKE ${pattern} ESCAPE '\\' OR ${movies.title} LIKE ${pattern} ESCAPE '\\')`,
    );
  } else if (search) {
    const part = fold(search);
    conditions.push(
      sql`(instr(fold(${movies.displayTitle}), ${part}) > 0 OR instr(fold(${movies.title}), ${part}) > 0)`,
    );
  }
  for (const genre of filter.genres ?? []) {
    conditions.push(sql`'|' || ${movies.genres} || '|' LIKE ${`%|${escapeLike(genre)}|%`} ESCAPE '\\'`);
  }
  if (filter.linked !== undefined) {
    conditions.push(filter.linked ? isNotNull(movies.imdbId) : isNull(movies.imdbId));
  }
  if (filter.uncertainLink !== undefined) {
    const uncertain = sql`(${movies.imdbId} IS NOT NULL AND ${movies.linkSource} = 'import' AND ${movies.linkConfidence} < 1)`;
    conditions.push(filter.uncertainLink ? uncertain : sql`NOT ${uncertain}`);
  }
  return conditions.length === 0 ? undefined : and(...conditions);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
