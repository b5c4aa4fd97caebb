/** Movies of the data set: by id, by IMDb id, by search, and all of them in order. */
import { and, asc, count, eq, getTableColumns, inArray, isNotNull, isNull, not, or, type SQL, sql } from "drizzle-orm";
import { foldText, searchQuery, sortKey } from "../fold-text.js";
import type { ImdbId, MovieId } from "../ids.js";
import { type Keyed, type KeyPage, keysetOf, type Range, within } from "./keyset.js";
import type { Database } from "./open.js";
import type { Audience } from "./statistics.js";
import { movieNames, movieStatistics, movies } from "./tables.js";
import { takeOwnId } from "./users.js";

export type Movie = typeof movies.$inferSelect;

export interface MovieFilter {
  /** Words of the title, or how they begin, in any order, however they are written (`foldText`). */
  search?: string;
  /** Genres that a movie must all have. */
  genres?: readonly string[];
  /** Genres of which a movie must have one. */
  anyGenre?: readonly string[];
  /** Genres of which a movie must have none. */
  excludeGenres?: readonly string[];
  years?: Range;
  /** Stars; movies without ratings are left out. */
  meanRating?: Range;
  ratingCount?: Range;
  /** Whether it has an IMDb id. */
  linked?: boolean;
  /** Whether an import found its link, and was not certain. */
  uncertainLink?: boolean;
  hasPoster?: boolean;
}

const count0 = sql`coalesce(${movieStatistics.ratingCount}, 0)`;

/** What lists of movies are ordered by; equal ones by number. */
const orderValues = {
  NUMBER: sql`${movies.id}`,
  TITLE: sql`coalesce(${movieNames.sortKey}, '')`,
  YEAR: sql`coalesce(${movies.year}, 0)`,
  POPULARITY: count0,
  MEAN_RATING: sql`coalesce(${movieStatistics.ratingSum} / nullif(${movieStatistics.ratingCount}, 0), 0)`,
  // To the day: the second would tell who of few people it was.
  RECENTLY_RATED: sql`coalesce(${movieStatistics.lastRatedAt} / 86400, 0)`,
} as const satisfies Record<string, SQL>;

export type MovieOrderField = keyof typeof orderValues | "RELEVANCE";
export const movieOrderFields = ["RELEVANCE", ...Object.keys(orderValues)] as MovieOrderField[];

/** Above any number of ratings, and exact beside it. */
const tier = 10_000_000_000;

/** How well a title fits what is searched for: it is just that, begins with it, or has its words; of equals, those with most ratings. */
function relevance(search: string): SQL {
  const folded = foldText(search);
  const bare = folded.replace(/^(?:the|an?) /, "");
  const names = [folded, ...["", "the ", "a ", "an "].map((article) => article + bare)];
  const begins = or(...names.map((name) => sql`instr(${movieNames.folded}, ${name}) = 1`));
  return sql`(CASE WHEN ${inArray(movieNames.folded, names)} THEN 0 WHEN ${begins} THEN 1 ELSE 2 END) * ${tier} - ${count0}`;
}

function orderValue(field: MovieOrderField, { search = "" }: MovieFilter): SQL {
  return field === "RELEVANCE" ? relevance(search) : orderValues[field];
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

/** A page of the movies that match, each with the value that it is ordered by. */
export function listMovies(
  db: Database,
  audience: Audience,
  filter: MovieFilter,
  order: { field: MovieOrderField; descending: boolean },
  page: KeyPage,
): Keyed<Movie>[] {
  const value = orderValue(order.field, filter);
  const { where, orderBy } = keysetOf(value, sql`${movies.id}`, order.descending, page);
  return db.orm
    .select({ node: movies, value: sql<number | string>`${value}` })
    .from(movies)
    .leftJoin(movieStatistics, statisticsFor(audience))
    .leftJoin(movieNames, eq(movieNames.movieId, movies.id))
    .where(and(matches(filter), where))
    .orderBy(...orderBy)
    .limit(page.limit)
    .all();
}

/** How many match, as the audience's sums say. */
export function countMatchingMovies(db: Database, audience: Audience, filter: MovieFilter): number {
  return (
    db.orm
      .select({ n: count() })
      .from(movies)
      .leftJoin(movieStatistics, statisticsFor(audience))
      .leftJoin(movieNames, eq(movieNames.movieId, movies.id))
      .where(matches(filter))
      .get()?.n ?? 0
  );
}

export function countMovies(db: Database): number {
  return db.orm.select({ n: count() }).from(movies).get()?.n ?? 0;
}

function statisticsFor(audience: Audience): SQL | undefined {
  return and(eq(movieStatistics.movieId, movies.id), eq(movieStatistics.audience, audience));
}

/** Movies with most ratings first. */
export function mostRatedMovies(db: Database, audience: Audience, first: number): MovieId[] {
  return ids(
    db.sqlite
      .prepare(
        "SELECT movie_id FROM movie_statistics WHERE audience = ? AND rating_count > 0 ORDER BY rating_count DESC, movie_id DESC LIMIT ?",
      )
      .all(audience, first),
  );
}

/** Movies by (prior · mean + Σ stars) / (prior + ratings), the highest first. @param mean of all ratings, in stars */
export function bestRatedMovies(
  db: Database,
  audience: Audience,
  mean: number,
  prior: number,
  first: number,
): { movieId: MovieId; score: number }[] {
  return db.sqlite
    .prepare(
      `SELECT movie_id AS movieId, (? + rating_sum) / (? + rating_count) AS score FROM movie_statistics
       WHERE audience = ? AND rating_count > 0 ORDER BY score DESC, rating_count DESC, movie_id LIMIT ?`,
    )
    .all(prior * mean, prior, audience, first) as { movieId: MovieId; score: number }[];
}

/** Movies that at least so many users rated. */
export function moviesRatedAtLeast(db: Database, audience: Audience, least: number): Set<MovieId> {
  const select = db.sqlite.prepare("SELECT movie_id FROM movie_statistics WHERE audience = ? AND rating_count >= ?");
  return new Set(ids(select.all(audience, least)));
}

function ids(rows: unknown[]): MovieId[] {
  return (rows as { movie_id: MovieId }[]).map((row) => row.movie_id);
}

export type MovieTitle = Pick<Movie, "title" | "displayTitle" | "year">;

export interface MovieDescription extends MovieTitle {
  genres: readonly string[];
}

/** The movie of this title, as it is given or as it is shown, however it is written (`foldText`). */
export function movieByTitle(db: Database, { title, displayTitle, year }: MovieTitle): Movie | undefined {
  const isIt = or(eq(movieNames.folded, foldText(displayTitle)), eq(movieNames.sortKey, sortKey(title)));
  return db.orm
    .select(getTableColumns(movies))
    .from(movies)
    .innerJoin(movieNames, eq(movieNames.movieId, movies.id))
    .where(and(year === null ? isNull(movies.year) : eq(movies.year, year), isIt))
    .orderBy(asc(movies.id))
    .get();
}

/** Adds a movie under the next number of the API's own, last in the catalogue. Call inside `write`. */
export function addMovie(db: Database, movie: MovieDescription): Movie {
  const position = (db.sqlite.prepare("SELECT max(position) FROM movies").pluck().get() as number | null) ?? -1;
  const added = db.orm
    .insert(movies)
    .values({ id: takeOwnId(db, "movies") as MovieId, position: position + 1, ...described(movie) })
    .returning()
    .get();
  countRevision(db);
  return added;
}

/** Describes a movie anew. Call inside `write`. @returns it as it stands now */
export function updateMovie(db: Database, before: Movie, movie: MovieDescription): Movie {
  const isSame = (["title", "displayTitle", "year"] as const).every((part) => before[part] === movie[part]);
  if (isSame && before.genres === movie.genres.join("|")) return before;
  const changed = db.orm.update(movies).set(described(movie)).where(eq(movies.id, before.id)).returning().get();
  countRevision(db);
  return changed;
}

function described({ genres, ...title }: MovieDescription) {
  return { ...title, genres: genres.join("|"), edited: true };
}

/** What is kept in memory of the movies is stale now. */
function countRevision(db: Database): void {
  db.sqlite.exec("UPDATE dataset SET revision = revision + 1");
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

/** The movie with the least number, or undefined. */
export function firstMovieId(db: Database): MovieId | undefined {
  return db.orm.select({ id: movies.id }).from(movies).orderBy(asc(movies.id)).limit(1).get()?.id;
}

/** Every movie, in the data set's own order. */
export function allMovies(db: Database): Movie[] {
  return db.orm.select().from(movies).orderBy(asc(movies.position)).all();
}

function matches(filter: MovieFilter): SQL | undefined {
  const conditions: (SQL | undefined)[] = [matchesSearch(filter.search)];
  const has = (genre: string) => sql`instr('|' || ${movieNames.genres} || '|', ${`|${foldText(genre)}|`}) > 0`;
  conditions.push(...(filter.genres ?? []).map(has));
  if (filter.anyGenre !== undefined) conditions.push(or(...filter.anyGenre.map(has)) ?? sql`0`);
  if (filter.excludeGenres?.length) conditions.push(not(or(...filter.excludeGenres.map(has)) as SQL));
  conditions.push(within(sql`${movies.year}`, filter.years));
  conditions.push(within(count0, filter.ratingCount));
  conditions.push(
    within(sql`(${movieStatistics.ratingSum} / nullif(${movieStatistics.ratingCount}, 0))`, filter.meanRating),
  );
  if (filter.linked !== undefined) {
    conditions.push(filter.linked ? isNotNull(movies.imdbId) : isNull(movies.imdbId));
  }
  if (filter.uncertainLink !== undefined) {
    const uncertain = sql`(${movies.imdbId} IS NOT NULL AND ${movies.linkSource} = 'import' AND ${movies.linkConfidence} < 1)`;
    conditions.push(filter.uncertainLink ? uncertain : sql`NOT ${uncertain}`);
  }
  if (filter.hasPoster !== undefined) {
    const poster = sql`(SELECT movie_id FROM posters)`;
    conditions.push(filter.hasPoster ? sql`${movies.id} IN ${poster}` : sql`${movies.id} NOT IN ${poster}`);
  }
  return and(...conditions);
}

/** By the full-text index of titles: every word, or its beginning, must be there. */
function matchesSearch(search: string | undefined): SQL | undefined {
  const text = search?.trim();
  if (!text) return undefined;
  const query = searchQuery(text);
  // Nothing but signs, such as `$`: the index has no signs.
  if (query === undefined) return sql`${movies.title} LIKE ${`%${escapeLike(text)}%`} ESCAPE '\\'`;
  return sql`${movies.id} IN (SELECT rowid FROM movie_titles WHERE movie_titles MATCH ${query})`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
