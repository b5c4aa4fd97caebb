/** Movies in SQLite. */
import { asc, count, eq, max, min, sql } from "drizzle-orm";
import { foldText, searchQuery, sortKey } from "../../fold-text.js";
import { joinGenres } from "../../genres.js";
import type { ChangeFeed } from "../changes.js";
import type { Movie, MovieDescription, MovieFilter, MovieOrderField, MovieStore } from "../movies.js";
import type { Keyed } from "../paging.js";
import type { Database } from "./database.js";
import { createKeptRows } from "./kept-rows.js";
import { createIdCounter } from "./own-ids.js";
import { countMovieChange, createRevisionReader } from "./settings.js";
import {
  createParameters,
  createStatements,
  type Parameters,
  toKeyset,
  toRangeConditions,
  toWhere,
} from "./statements.js";
import { movies } from "./tables.js";
import { write } from "./transaction.js";

export function createMovieStore(db: Database, feed: ChangeFeed, cache = true): MovieStore {
  const { orm, sqlite } = db;
  const statements = createStatements(db);
  const nextId = createIdCounter(db, "movies");
  const byIds = sqlite.prepare(`SELECT ${columns} FROM movies m WHERE m.id IN (SELECT value FROM json_each(?))`);
  const readVersion = createRevisionReader(db, "moviesRevision");
  const list = createKeptRows(
    readVersion,
    (ids: readonly Movie["id"][]) =>
      (byIds.all(JSON.stringify(ids)) as MovieRow[]).map((row): [Movie["id"], Movie] => [row.id, toMovie(row)]),
    cache,
  );
  const byImdbIds = orm
    .select()
    .from(movies)
    .where(sql`${movies.imdbId} IN (SELECT value FROM json_each(${sql.placeholder("ids")}))`)
    .prepare();
  const all = orm.select().from(movies).orderBy(asc(movies.position)).prepare();
  const countAll = orm.select({ n: count() }).from(movies).prepare();
  const countLinked = orm
    .select({ n: count(movies.imdbId) })
    .from(movies)
    .prepare();
  const firstId = orm
    .select({ id: min(movies.id) })
    .from(movies)
    .prepare();
  const lastPosition = orm
    .select({ position: max(movies.position) })
    .from(movies)
    .prepare();

  function findByTitle({ title, displayTitle, year }: MovieDescription): Movie | undefined {
    const found = statements(
      `SELECT m.id FROM movies m JOIN movie_names n ON n.movie_id = m.id
       WHERE m.year IS $year AND (n.folded = $folded OR n.sort_key = $sortKey) ORDER BY m.id LIMIT 1`,
    ).get({ year, folded: foldText(displayTitle), sortKey: sortKey(title) }) as Pick<Movie, "id"> | undefined;
    return found && list([found.id])[0];
  }

  return {
    byIds: async (ids) => list(ids),
    byImdbIds: async (ids) => {
      const rows = new Map(byImdbIds.all({ ids: JSON.stringify([...new Set(ids)]) }).map((row) => [row.imdbId, row]));
      return ids.map((id) => rows.get(id));
    },
    all: async () => all.all(),
    list: async (audience, filter, { field, descending }, page) => {
      const parameters = createParameters();
      const value = toOrderValue(field, filter, parameters);
      const { conditions, orderBy } = toKeyset(value, "m.id", descending, page, parameters);
      const where = toWhere([...toConditions(filter, parameters), ...conditions]);
      const select = statements(
        `SELECT ${columns}, ${value} AS value FROM ${toTables(audience, parameters)} ${where} ${orderBy}
         LIMIT ${parameters.bind(page.limit)}`,
      );
      return (select.all(parameters.values) as (MovieRow & { value: number | string })[]).map(toKeyed);
    },
    count: async (audience, filter) => {
      if (audience === undefined || filter === undefined) return countAll.get()?.n ?? 0;
      const parameters = createParameters();
      const where = toWhere(toConditions(filter, parameters));
      const select = statements(`SELECT count(*) AS n FROM ${toTables(audience, parameters)} ${where}`);
      return (select.get(parameters.values) as { n: number }).n;
    },
    countLinked: async () => countLinked.get()?.n ?? 0,
    version: async () => readVersion(),
    firstId: async () => firstId.get()?.id ?? undefined,
    findOrAdd: async (movie) => {
      const { found, added } = await write(db, () => {
        const known = findByTitle(movie);
        if (known !== undefined) return { found: known, added: false };
        const position = (lastPosition.get()?.position ?? -1) + 1;
        const row = { id: nextId() as Movie["id"], position, ...toColumns(movie) };
        const inserted = orm.insert(movies).values(row).returning().get();
        countMovieChange(db);
        return { found: inserted, added: true };
      });
      if (added) feed.publish({ subject: "dataset" });
      return found;
    },
    update: async (id, describe) => {
      const result = await write(db, () => {
        const [before] = list([id]);
        if (before === undefined) return undefined;
        const columns = toColumns(describe(before));
        const parts = ["title", "displayTitle", "year", "genres"] as const;
        if (parts.every((part) => before[part] === columns[part])) return { movie: before, changed: false };
        const movie = orm.update(movies).set(columns).where(eq(movies.id, id)).returning().get();
        countMovieChange(db);
        return { movie, changed: true };
      });
      if (result?.changed) feed.publish({ subject: "dataset" });
      return result?.movie;
    },
  };
}

const columns = `m.id, m.position, m.title, m.display_title AS displayTitle, m.year, m.genres, m.imdb_id AS imdbId,
  m.tmdb_id AS tmdbId, m.link_source AS linkSource, m.link_confidence AS linkConfidence, m.link_evidence AS linkEvidence, m.edited`;

type MovieRow = Omit<Movie, "edited"> & { edited: 0 | 1 };

function toMovie(row: MovieRow): Movie {
  return { ...row, edited: row.edited === 1 };
}

function toKeyed({ value, ...row }: MovieRow & { value: number | string }): Keyed<Movie> {
  return { node: toMovie(row), value };
}

function toColumns({ genres, title, displayTitle, year }: MovieDescription) {
  return { title, displayTitle, year, genres: joinGenres(genres), edited: true };
}

function toTables(audience: string, { bind }: Parameters): string {
  return `movies m LEFT JOIN movie_statistics s ON s.movie_id = m.id AND s.audience = ${bind(audience)}
    LEFT JOIN movie_names n ON n.movie_id = m.id`;
}

const ratingCount = "coalesce(s.rating_count, 0)";

const orderValues: Record<Exclude<MovieOrderField, "RELEVANCE">, string> = {
  NUMBER: "m.id",
  TITLE: "coalesce(n.sort_key, '')",
  YEAR: "coalesce(m.year, 0)",
  POPULARITY: ratingCount,
  MEAN_RATING: "coalesce(s.rating_sum / nullif(s.rating_count, 0), 0)",
  // To the day: the second would tell which of few people rated.
  RECENTLY_RATED: "coalesce(s.last_rated_at / 86400, 0)",
};

function toOrderValue(field: MovieOrderField, { search = "" }: MovieFilter, parameters: Parameters): string {
  return field === "RELEVANCE" ? toRelevance(search, parameters) : orderValues[field];
}

/** Above any number of ratings, and exact beside one in a double. */
const tier = 10_000_000_000;

/** How well a title matches a search: it is equal, begins with it, or contains its words; ties go to the most ratings. */
function toRelevance(search: string, { bind }: Parameters): string {
  const folded = foldText(search);
  const bare = folded.replace(/^(?:the|an?) /, "");
  const names = [folded, ...["", "the ", "a ", "an "].map((article) => article + bare)].map(bind);
  const isEqual = `n.folded IN (${names.join(", ")})`;
  const begins = names.map((name) => `instr(n.folded, ${name}) = 1`).join(" OR ");
  return `((CASE WHEN ${isEqual} THEN 0 WHEN ${begins} THEN 1 ELSE 2 END) * ${tier} - ${ratingCount})`;
}

function toConditions(filter: MovieFilter, parameters: Parameters): (string | undefined)[] {
  const { bind } = parameters;
  const hasGenre = (genre: string) => `instr('|' || n.genres || '|', ${bind(`|${foldText(genre)}|`)}) > 0`;
  const hasAny = (genres: readonly string[]) => (genres.length === 0 ? "0" : `(${genres.map(hasGenre).join(" OR ")})`);
  const not = (condition: string, isNegated: boolean) => (isNegated ? `NOT ${condition}` : condition);
  const { anyGenre, excludeGenres, linked, uncertainLink, hasPoster } = filter;
  return [
    toSearch(filter.search, parameters),
    ...(filter.genres ?? []).map(hasGenre),
    anyGenre && hasAny(anyGenre),
    excludeGenres?.length ? `NOT ${hasAny(excludeGenres)}` : undefined,
    ...toRangeConditions("m.year", filter.years, parameters),
    ...toRangeConditions(ratingCount, filter.ratingCount, parameters),
    ...toRangeConditions("(s.rating_sum / nullif(s.rating_count, 0))", filter.meanRating, parameters),
    linked === undefined ? undefined : `m.imdb_id IS ${linked ? "NOT NULL" : "NULL"}`,
    uncertainLink === undefined
      ? undefined
      : not("(m.imdb_id IS NOT NULL AND m.link_source = 'import' AND m.link_confidence < 1)", !uncertainLink),
    hasPoster === undefined ? undefined : `m.id ${not("IN (SELECT movie_id FROM posters)", !hasPoster)}`,
  ];
}

/** By the full-text index of titles: every word, or its beginning, must be there. */
function toSearch(search: string | undefined, { bind }: Parameters): string | undefined {
  const text = search?.trim();
  if (!text) return undefined;
  const query = searchQuery(text);
  // Nothing but punctuation, such as `$`: the index has none of it.
  if (query === undefined) return `m.title LIKE ${bind(`%${escapeLike(text)}%`)} ESCAPE '\\'`;
  return `m.id IN (SELECT rowid FROM movie_titles WHERE movie_titles MATCH ${bind(query)})`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
