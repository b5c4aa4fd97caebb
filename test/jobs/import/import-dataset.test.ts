import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asc, inArray } from "drizzle-orm";
import { describe, expect, onTestFinished, test } from "vitest";
import { readLinkReference } from "../../../src/datasets/linking/link.js";
import type { ReadOptions } from "../../../src/datasets/movielens/rows.js";
import { type ImdbId, type MovieId, movieId, type UserId, userId } from "../../../src/ids.js";
import { type ImportOptions, importDataset } from "../../../src/jobs/import/import-dataset.js";
import { getLinkState } from "../../../src/jobs/import/link-state.js";
import { planLinks } from "../../../src/jobs/import/match-links.js";
import { createRecommendationCache } from "../../../src/recommend/cache.js";
import { linkCandidates } from "../../../src/resolvers/movies/edit-links.js";
import type { Context } from "../../../src/resolvers/request/context.js";
import { createLoaders } from "../../../src/resolvers/request/loaders.js";
import { createScheduler } from "../../../src/resolvers/request/scheduler.js";
import { type Database, openDatabase } from "../../../src/store/sqlite/database.js";
import { createServingReader } from "../../../src/store/sqlite/settings.js";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.js";
import { movies, ratings, users } from "../../../src/store/sqlite/tables.js";
import type { Store, StoreOptions } from "../../../src/store/store.js";
import { startScript } from "../../cli/run.js";
import {
  type Files,
  failure,
  folderWith,
  inside,
  ml1m,
  ml100k,
  mlCsv,
  open,
  tempFolder,
  zipWith,
} from "../../datasets/movielens/fixtures.js";

const built = (module: string) => JSON.stringify(new URL(`../../../dist/${module}`, import.meta.url).href);

/** A store, and a connection of its own to look at its rows. */
interface Opened extends Database {
  store: Store;
}

async function newDatabase(): Promise<{ db: Opened; file: string }> {
  const file = join(await tempFolder(), "marquee.db");
  return { db: openIt(file), file };
}

function openIt(file: string, options?: StoreOptions): Opened {
  const store = openSqliteStore(file, options);
  const db = openDatabase(file, options);
  onTestFinished(async () => {
    db.close();
    await store.close();
  });
  return { ...db, store };
}

/** Imports a folder made of these files; `name` is what the data set is called. */
async function importFiles(db: Opened, name: string, files: Files, options?: ImportOptions) {
  return importDataset(db, await open(await folderWith(inside(name, files))), options);
}

async function importLinks({ store }: Opened, reference: Awaited<ReturnType<typeof linksFrom>>) {
  const plan = planLinks(reference);
  const changed = await store.links.replaceImported(plan.decide, plan.reference);
  return { changed, unlinked: plan.unlinked };
}

const link = ({ store }: Opened, id: number, imdbId: string | null) =>
  store.links.set([{ movieId: movieId(id), imdbId: imdbId as ImdbId | null }]);

const rateOne = ({ store }: Opened, user: number, movie: number, stars: number) =>
  store.ratings.set(user as UserId, [{ movieId: movieId(movie), stars }], 1_700_000_000);

function findLinkCandidates({ store }: Opened, id: number, first: number) {
  const services = { store } as Context["services"];
  return linkCandidates(
    {
      services,
      loaders: createLoaders(services, () => "all", createScheduler(), createRecommendationCache()),
    } as Context,
    String(id),
    first,
  );
}

async function linksFrom(movies: string, links: string, options?: ReadOptions) {
  const files = { "movies.csv": `movieId,title,genres\n${movies}`, "links.csv": `movieId,imdbId,tmdbId\n${links}` };
  return readLinkReference(await open(await folderWith(files)), options);
}

/** Every row of every table, as text. */
function contents(db: Database): string {
  const tables = ["dataset", "users", "movies", "ratings", "posters", "poster_embeddings", "settings", "tokens"];
  return tables
    .map((table) => `${table} ${JSON.stringify(db.sqlite.prepare(`SELECT * FROM ${table} ORDER BY 1`).all())}`)
    .join("\n");
}

const nothing = { users: 0, movies: 0, ratings: 0, links: 0 };
const currentDataset = (db: Database) => createServingReader(db)().dataset;
const allMovies = ({ orm }: Database) => orm.select().from(movies).orderBy(asc(movies.position)).all();
const moviesByIds = ({ orm }: Database, ids: MovieId[]) => {
  const rows = orm.select().from(movies).where(inArray(movies.id, ids)).all();
  return ids.map((id) => rows.find((row) => row.id === id));
};
const usersByIds = ({ orm }: Database, ids: UserId[]) => {
  const rows = orm.select().from(users).where(inArray(users.id, ids)).all();
  return ids.map((id) => rows.find((row) => row.id === id));
};
const imdbIdOf = (db: Database, id: number) => moviesByIds(db, [movieId(id)])[0]?.imdbId;
const ratingOf = ({ orm }: Database, user: UserId, movie: MovieId) =>
  orm
    .select()
    .from(ratings)
    .all()
    .find((row) => row.userId === user && row.movieId === movie);

describe("importing a data set", () => {
  test("takes MovieLens 1M's layout with its demographics, titles and order", async () => {
    const { db } = await newDatabase();
    expect(await importFiles(db, "ml-1m", ml1m)).toEqual({
      dataset: "ml-1m",
      users: 2,
      movies: 3,
      ratings: 3,
      linked: 0,
      skipped: 0,
      duplicates: 0,
      changed: { users: 2, movies: 3, ratings: 3, links: 0 },
      removed: { users: 0, movies: 0, ratings: 0 },
      leftOut: { users: 0, ratings: 0 },
      hasTimes: true,
      replaced: null,
      lost: null,
      unlinked: [],
    });
    expect(currentDataset(db)).toMatchObject({ name: "ml-1m", kind: "1m", synthetic: false, revision: 1 });
    expect(usersByIds(db, [userId(1)])).toMatchObject([
      { id: 1, gender: "F", ageGroup: 1, occupation: "K-12 student", zipCode: "48067" },
    ]);
    expect(
      allMovies(db).map(({ id, position, title, displayTitle, year, genres }) => [
        id,
        position,
        title,
        displayTitle,
        year,
        genres,
      ]),
    ).toEqual([
      [1, 0, "Toy Story (1995)", "Toy Story", 1995, "Animation|Children's|Comedy"],
      [661, 1, "Misérables, Les (1995)", "Les Misérables", 1995, "Drama"],
      [914, 2, "Nameless (1996)", "Nameless", 1996, ""],
    ]);
    expect(
      (await db.store.ratings.topOfUsers([userId(1)], 3))[0].map(({ movieId, rating, ratedAt }) => [
        movieId,
        rating,
        ratedAt,
      ]),
    ).toEqual([
      [661, 3, 978302109],
      [914, 3, null],
    ]);
  });

  test("takes MovieLens 100K's layout with ages as groups and genres as names", async () => {
    const { db } = await newDatabase();
    const report = await importFiles(db, "ml-100k", ml100k);
    expect(report).toMatchObject({ dataset: "ml-100k", users: 2, movies: 2, ratings: 2, skipped: 0 });
    expect(usersByIds(db, [userId(186), userId(196)])).toMatchObject([
      { id: 186, gender: "F", ageGroup: 1, occupation: "none", zipCode: null },
      { id: 196, gender: "M", ageGroup: 45, occupation: "writer", zipCode: "55105" },
    ]);
    expect(allMovies(db).map(({ displayTitle, genres }) => [displayTitle, genres])).toEqual([
      ["Kolya", "Comedy"],
      ["L'Été", ""],
    ]);
  });

  test("takes the CSV layout with half stars, its own links, and users without demographics", async () => {
    const { db } = await newDatabase();
    const source = await open(await zipWith(inside("ml-latest-small", mlCsv)));
    const report = await importDataset(db, source);
    expect(report).toMatchObject({
      dataset: "ml-latest-small",
      users: 2,
      movies: 3,
      ratings: 3,
      linked: 2,
      skipped: 0,
    });
    expect(report.changed).toEqual({ users: 2, movies: 3, ratings: 3, links: 2 });
    expect(report.unlinked.map((movie) => movie.movieId)).toEqual([30]);
    expect(usersByIds(db, [userId(2)])).toMatchObject([
      { id: 2, gender: null, ageGroup: null, occupation: null, zipCode: null },
    ]);
    expect(moviesByIds(db, [movieId(29), movieId(1)])).toMatchObject([
      { displayTitle: "The City of Lost Children", imdbId: "tt0112682", tmdbId: null, linkSource: "import" },
      { displayTitle: "Toy Story", imdbId: "tt0114709", tmdbId: 862, linkConfidence: 1 },
    ]);
    expect(ratingOf(db, userId(1), movieId(30))?.rating).toBe(0.5);
  });

  test.each([
    ["ml-1m", ml1m],
    ["ml-100k", ml100k],
    ["ml-latest-small", mlCsv],
  ])("changes nothing the second time, and says so (%s)", async (name, files) => {
    const { db } = await newDatabase();
    const first = await importFiles(db, name, files);
    const before = contents(db);
    const second = await importFiles(db, name, files);
    expect(second).toEqual({ ...first, changed: nothing });
    expect(contents(db)).toBe(before);
  });

  test("brings a changed rating, title and demographic up to date, and counts them", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const ids = db.sqlite.prepare("SELECT id FROM ratings ORDER BY id").pluck().all();
    const report = await importFiles(db, "ml-1m", {
      "movies.dat":
        "1::Toy Story (1995)::Animation|Children's|Comedy\n661::Misérables, Les (1995)::Drama\n914::Named, The (1997)::\n",
      "ratings.dat": String(ml1m["ratings.dat"]).replace("2::1::5", "2::1::4"),
      "users.dat": String(ml1m["users.dat"]).replace("2::M::56::16", "2::M::56::7"),
    });
    expect(report.changed).toEqual({ users: 1, movies: 1, ratings: 1, links: 0 });
    expect(moviesByIds(db, [movieId(914)])[0]).toMatchObject({ displayTitle: "The Named", year: 1997 });
    expect(ratingOf(db, userId(2), movieId(1))?.rating).toBe(4);
    expect(usersByIds(db, [userId(2)])[0]?.occupation).toBe("executive/managerial");
    expect(db.sqlite.prepare("SELECT id FROM ratings ORDER BY id").pluck().all()).toEqual(ids);
    expect(currentDataset(db)?.revision).toBe(2);
  });

  test("leaves the data set's revision alone where only ratings changed", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    await importFiles(db, "ml-1m", { ...ml1m, "ratings.dat": "2::1::1::978298413\n" });
    expect(currentDataset(db)?.revision).toBe(1);
  });

  test("keeps a rating that was set through the API", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    await rateOne(db, 2, 1, 0.5);
    const report = await importFiles(db, "ml-1m", ml1m);
    expect(report.changed).toEqual(nothing);
    expect(ratingOf(db, userId(2), movieId(1))).toMatchObject({ rating: 0.5, ratedAt: 1_700_000_000, edited: true });
  });

  test("reports its progress in bytes, file by file, up to the whole", async () => {
    const { db } = await newDatabase();
    const seen: [number, number, string][] = [];
    await importFiles(db, "ml-1m", ml1m, { onProgress: (...step) => seen.push(step) });
    expect(seen.map(([, , file]) => file)).toEqual(["ml-1m/movies.dat", "ml-1m/users.dat", "ml-1m/ratings.dat"]);
    expect(seen.at(-1)?.[0]).toBe(seen[0][1]);
  });
});

describe("a line that cannot be read", () => {
  test.each([
    [
      "a rating beyond five stars",
      { ...ml1m, "ratings.dat": "1::661::3::0\n2::1::5::0\n2::914::6::0\n" },
      'ml-1m/ratings.dat line 3: expected a rating in half stars from 0.5 to 5, received "6"',
    ],
    [
      "a rating of a movie that is not in the data set",
      { ...ml1m, "ratings.dat": "1::661::3::0\n1::77::3::0\n" },
      'ml-1m/ratings.dat line 2: expected the id of a movie in ml-1m/movies.dat, received "77"',
    ],
    [
      "a rating by a user who is not in the data set",
      { ...ml1m, "ratings.dat": "1::661::3::0\n8::1::3::0\n" },
      'ml-1m/ratings.dat line 2: expected the id of a user in ml-1m/users.dat, received "8"',
    ],
    [
      "a movie that stands twice",
      { ...ml1m, "movies.dat": "1::Toy Story (1995)::Comedy\n1::Heat (1995)::Crime\n" },
      'ml-1m/movies.dat line 2: expected each movie once, or the same again, received "1 as on line 1, with other values"',
    ],
    [
      "a user who stands twice",
      { ...ml1m, "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n1::M::1::10::48067\n" },
      'ml-1m/users.dat line 3: expected each user once, or the same again, received "1 as on line 1, with other values"',
    ],
    [
      "a rating of a day to come",
      { ...ml1m, "ratings.dat": "1::661::3::4102444800\n" },
      'ml-1m/ratings.dat line 1: expected a time in Unix seconds, up to tomorrow, received "4102444800"',
    ],
    [
      "a number beyond those of movies",
      { ...ml1m, "movies.dat": "1::Toy Story (1995)::Comedy\n3000000000::Y (1990)::Drama\n" },
      'ml-1m/movies.dat line 2: expected a movie id, a whole number from 1 to 2000000000, received "3000000000"',
    ],
    [
      "a movie without a number",
      { ...ml1m, "movies.dat": "1::Toy Story (1995)::Comedy\nx::Y (1990)::Drama\n" },
      'ml-1m/movies.dat line 2: expected a movie id, a whole number from 1 to 2000000000, received "x"',
    ],
    [
      "a user of an unknown age",
      { ...ml1m, "users.dat": "1::F::1::10::48067\n2::M::57::16::70072\n" },
      'ml-1m/users.dat line 2: expected an age code, one of 1, 18, 25, 35, 45, 50, 56, received "57"',
    ],
  ])("stops the import and leaves the database as before: %s", async (_what, files, message) => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", { ...ml1m, "ratings.dat": "1::1::1::0\n" });
    const before = contents(db);
    expect(await failure(importFiles(db, "ml-1m", files))).toBe(`DATA_BAD_LINE: ${message}`);
    expect(contents(db)).toBe(before);
    // And the connection is of use afterwards.
    expect((await importFiles(db, "ml-1m", ml1m)).changed.ratings).toBe(3);
  });

  test("leaves a new database empty", async () => {
    const { db } = await newDatabase();
    await failure(importFiles(db, "ml-1m", { ...ml1m, "ratings.dat": "1::661::3::0\n1::1::9::0\n" }));
    expect(currentDataset(db)).toBeUndefined();
    expect(allMovies(db)).toEqual([]);
  });

  test("is counted instead with skipBad, and so is what refers to it", async () => {
    const { db } = await newDatabase();
    const problems: string[] = [];
    const report = await importFiles(
      db,
      "ml-1m",
      {
        "movies.dat": "1::Toy Story (1995)::Comedy\n2::::Drama\n3::Heat (1995)::Crime\n4::Alien (1979)::Horror\n",
        "users.dat": "1::F::1::10::48067\n2::X::56::16::70072\n",
        "ratings.dat": "1::1::5::0\n1::2::4::0\n2::1::3::0\n1::3::four::0\n1::3::4::0\n1::4::2::0\n",
      },
      { skipBad: true, onBadLine: ({ message }) => problems.push(message) },
    );
    expect(report).toMatchObject({ users: 1, movies: 3, ratings: 3, skipped: 5 });
    expect(problems).toEqual([
      'ml-1m/movies.dat line 2: expected a title, received ""',
      'ml-1m/users.dat line 2: expected a gender, M or F, received "X"',
      'ml-1m/ratings.dat line 2: expected the id of a movie in ml-1m/movies.dat, received "2"',
      'ml-1m/ratings.dat line 3: expected the id of a user in ml-1m/users.dat, received "2"',
      'ml-1m/ratings.dat line 4: expected a rating in half stars from 0.5 to 5, received "four"',
    ]);
  });

  test("does not make an import of nothing", async () => {
    const { db } = await newDatabase();
    const files = { ...mlCsv, "ratings.csv": "userId,movieId,rating,timestamp\n" };
    expect(await failure(importFiles(db, "ml-latest", files))).toMatch(
      /^DATA_EMPTY: expected movies and ratings in \S+, received 3 and 0$/,
    );
    expect(currentDataset(db)).toBeUndefined();
  });
});

const csvWith = (ratings: string, movies = "1,Heat (1995),Crime\n2,Alien (1979),Horror\n"): Files => ({
  "movies.csv": `movieId,title,genres\n${movies}`,
  "ratings.csv": `userId,movieId,rating,timestamp\n${ratings}`,
});

describe("a file of which most lines are bad", () => {
  test("stops the import in spite of skipBad, and says how many", async () => {
    const { db } = await newDatabase();
    const files = csvWith("1,1,five,0\n1,2,four,0\n2,1,3,0\n");
    expect(await failure(importFiles(db, "ml-latest", files, { skipBad: true }))).toBe(
      "DATA_BAD_LINE: ml-latest/ratings.csv: expected most lines to be good, received 2 bad ones of 3. The first: " +
        'ml-latest/ratings.csv line 2: expected a rating in half stars from 0.5 to 5, received "five"',
    );
    expect(currentDataset(db)).toBeUndefined();
  });

  test("stops it where ratings have another scale, though most of them could be stars", async () => {
    const { db } = await newDatabase();
    const rows = Array.from({ length: 200 }, (_, k) => `${k + 1},1,${1 + (k % 7)},0\n`).join("");
    expect(await failure(importFiles(db, "ml-latest", csvWith(rows), { skipBad: true }))).toBe(
      "DATA_BAD_LINE: ml-latest/ratings.csv: expected ratings from 0.5 to 5 stars, received 56 of 200 beyond them, so its " +
        "scale is another one: divide all ratings first. The first: " +
        'ml-latest/ratings.csv line 7: expected a rating in half stars from 0.5 to 5, received "6"',
    );
  });

  test("stops a file of links too, which is under the same contract", async () => {
    const { db } = await newDatabase();
    const files = (links: string) => ({
      ...csvWith("1,1,5,0\n1,2,4,0\n"),
      "links.csv": `movieId,imdbId,tmdbId\n${links}`,
    });
    expect(await failure(importFiles(db, "ml-latest", files("1,0113277,949\n2,0078748,x\n")))).toBe(
      'DATA_BAD_LINE: ml-latest/links.csv line 3: expected a TMDB id, a whole number from 1 to 2147483647, or nothing, received "x"',
    );
    const report = await importFiles(db, "ml-latest", files("1,0113277,949\n2,0078748,x\n"), { skipBad: true });
    expect(report).toMatchObject({ linked: 1, skipped: 1 });
    expect(await failure(importFiles(db, "ml-latest", files("1,a,949\n2,0078748,x\n"), { skipBad: true }))).toMatch(
      /^DATA_BAD_LINE: ml-latest\/links.csv: expected most lines to be good, received 2 bad ones of 2/,
    );
  });
});

describe("a file of which most keys come again with other values", () => {
  const again = (row: (k: number) => string) => Array.from({ length: 5 }, (_, k) => row(k)).join("");
  const good = csvWith("1,1,5,0\n1,2,4,0\n");

  test.each<[string, string, Files, string]>([
    [
      "movies of the CSV releases",
      "ml-latest",
      { ...good, "movies.csv": `movieId,title,genres\n${again((k) => `1,Heat ${k} (1995),Crime\n`)}` },
      "movies.csv: expected most lines to be good, received 4 bad ones of 5. The first: ml-latest/movies.csv line 3",
    ],
    [
      "movies of 1M",
      "ml-1m",
      { ...ml1m, "movies.dat": again((k) => `1::Heat ${k} (1995)::Crime\n`) },
      "movies.dat: expected most lines to be good, received 4 bad ones of 5. The first: ml-1m/movies.dat line 2",
    ],
    [
      "movies of 100K",
      "ml-100k",
      { ...ml100k, "u.item": again((k) => `242|Heat ${k}||||${"0|".repeat(18)}1\n`) },
      "u.item: expected most lines to be good, received 4 bad ones of 5. The first: ml-100k/u.item line 2",
    ],
    [
      "users of 1M",
      "ml-1m",
      { ...ml1m, "users.dat": again((k) => `1::F::1::${k}::48067\n`) },
      "users.dat: expected most lines to be good, received 4 bad ones of 5. The first: ml-1m/users.dat line 2",
    ],
    [
      "users of 100K",
      "ml-100k",
      { ...ml100k, "u.user": again((k) => `196|${20 + k}|M|writer|${k}\n`) },
      "u.user: expected most lines to be good, received 4 bad ones of 5. The first: ml-100k/u.user line 2",
    ],
    [
      "links",
      "ml-latest",
      { ...good, "links.csv": `movieId,imdbId,tmdbId\n${again((k) => `1,011327${k},949\n`)}` },
      "links.csv: expected most lines to be good, received 4 bad ones of 5. The first: ml-latest/links.csv line 3",
    ],
    [
      "keys and other bad lines together",
      "ml-1m",
      {
        ...ml1m,
        "movies.dat": "1::Heat (1995)::Crime\n2::Alien (1979)::Horror\n1::Heat 2 (1995)::Crime\n3::::Drama\nfour\n",
      },
      "movies.dat: expected most lines to be good, received 3 bad ones of 5. The first: ml-1m/movies.dat line 3",
    ],
  ])("stops the import in spite of skipBad: %s", async (_, name, files, message) => {
    const { db } = await newDatabase();
    const before = contents(db);
    expect(await failure(importFiles(db, name, files, { skipBad: true }))).toContain(
      `DATA_BAD_LINE: ${name}/${message}`,
    );
    expect(contents(db)).toBe(before);
  });

  test("stops linking from another release, by its titles as by its links", async () => {
    const titles = again((k) => `1,Heat ${k} (1995),Crime\n`);
    const links = again((k) => `1,011327${k},949\n`);
    const read = (movies: string, ids: string) => linksFrom(movies, ids, { skipBad: true });
    expect(await failure(read(titles, "1,0113277,949\n"))).toContain(
      "DATA_BAD_LINE: movies.csv: expected most lines to be good, received 4 bad ones of 5",
    );
    expect(await failure(read("1,Heat (1995),Crime\n", links))).toContain(
      "DATA_BAD_LINE: links.csv: expected most lines to be good, received 4 bad ones of 5",
    );
  });
});

describe("keys that come more than once", () => {
  const twice = "1,1,5.0,1000000000\n2,1,3.0,1000000001\n1,1,1.0,1000000002\n1,2,4.0,5\n1,2,2.0,5\n2,2,3,9\n2,2,1,0\n";
  const starsOf = (db: Database) =>
    db.sqlite.prepare("SELECT user_id, movie_id, rating FROM ratings ORDER BY user_id, movie_id").raw().all();

  test.each([
    [
      "newest",
      [
        [1, 1, 1],
        [1, 2, 2],
        [2, 1, 3],
        [2, 2, 3],
      ],
    ],
    [
      "first",
      [
        [1, 1, 5],
        [1, 2, 4],
        [2, 1, 3],
        [2, 2, 3],
      ],
    ],
  ] as const)(
    "give one rating of a movie by a user, the %s, wherever the other one stands",
    async (duplicates, expected) => {
      const { db } = await newDatabase();
      const report = await importFiles(db, "ml-latest", csvWith(twice), { duplicates });
      expect(report).toMatchObject({ ratings: 4, duplicates: 3, skipped: 0 });
      expect(starsOf(db)).toEqual(expected);
      const before = contents(db);
      const second = await importFiles(db, "ml-latest", csvWith(twice), { duplicates });
      expect(second).toEqual({ ...report, changed: nothing });
      expect(contents(db)).toBe(before);
    },
  );

  test("take the newest unless told otherwise, and are refused where that is asked for", async () => {
    const { db } = await newDatabase();
    expect(await failure(importFiles(db, "ml-latest", csvWith(twice), { duplicates: "refuse" }))).toBe(
      'DATA_BAD_LINE: ml-latest/ratings.csv line 4: expected one rating of a movie by a user, received "another of 1 by 1"',
    );
    const skipped = await importFiles(db, "ml-latest", csvWith(twice), { duplicates: "refuse", skipBad: true });
    expect(skipped).toMatchObject({ ratings: 4, skipped: 3, duplicates: 0 });
    expect(starsOf(db)).toEqual([
      [1, 1, 5],
      [1, 2, 4],
      [2, 1, 3],
      [2, 2, 3],
    ]);
    await importFiles(db, "ml-latest", csvWith(twice));
    expect(starsOf(db)).toEqual([
      [1, 1, 1],
      [1, 2, 2],
      [2, 1, 3],
      [2, 2, 3],
    ]);
  });

  test("are the same movie or link again, or an error that names both lines", async () => {
    const { db } = await newDatabase();
    const movies = '1,Heat (1995),Crime\n2,Alien (1979),Horror\n1,"Heat (1995)",Crime\n';
    expect(await importFiles(db, "ml-latest", csvWith("1,1,5,0\n1,2,5,0\n", movies))).toMatchObject({
      movies: 2,
      skipped: 0,
    });
    const links = "movieId,imdbId,tmdbId\n1,0113277,949\n2,0078748,348\n1,0078748,348\n";
    const files = { ...csvWith("1,1,5,0\n1,2,5,0\n"), "links.csv": links };
    expect(await failure(importFiles(db, "ml-latest", files))).toBe(
      'DATA_BAD_LINE: ml-latest/links.csv line 4: expected each movie once, or the same again, received "1 as on line 2, with other values"',
    );
    expect(await importFiles(db, "ml-latest", files, { skipBad: true })).toMatchObject({ linked: 2, skipped: 1 });
    expect([imdbIdOf(db, 1), imdbIdOf(db, 2)]).toEqual(["tt0113277", "tt0078748"]);
  });
});

describe("files as other programs save them", () => {
  test("have whole numbers with a point, headers in any case, blanks, further columns, and no times", async () => {
    const { db } = await newDatabase();
    const report = await importFiles(db, "ml-latest", {
      "movies.csv": "\uFEFFMovieID, Title ,GENRES,year\n1.0,Heat (1995),Crime,1995\n2.00,Alien (1979),Horror,1979\n",
      "ratings.csv": " userId,MOVIEID, Rating ,extra\n1.0,1.0,5.0,x\n 2 ,2.0,3.50,y\n",
      "links.csv": "movieId,imdbId,tmdbId\n1,113277,949.0\n2.0,0078748.0,348.0\n",
    });
    expect(report).toMatchObject({ users: 2, movies: 2, ratings: 2, linked: 2, skipped: 0, hasTimes: false });
    expect(moviesByIds(db, [movieId(1), movieId(2)])).toMatchObject([
      { imdbId: "tt0113277", tmdbId: 949 },
      { imdbId: "tt0078748", tmdbId: 348 },
    ]);
    expect(ratingOf(db, userId(2), movieId(2))).toMatchObject({ rating: 3.5, ratedAt: null });
  });

  test("have a header and further columns in the layout of 100K", async () => {
    const { db } = await newDatabase();
    const report = await importFiles(db, "ml-100k", {
      ...ml100k,
      "u.data": "user_id\titem_id\trating\ttimestamp\tfrom\n196\t242\t3\t881250949\tweb\n186\t302\t4\t891717742\tapp\n",
      "u.user": `user_id|age|gender|occupation|zip\n${ml100k["u.user"]}`,
    });
    expect(report).toMatchObject({ users: 2, movies: 2, ratings: 2, skipped: 0, hasTimes: true });
  });
});

describe("a newer release of the loaded data set", () => {
  const films = (...ids: number[]) => ids.map((id) => `${id},Film ${id} (1990),Drama\n`).join("");
  const first = csvWith("1,1,5,1\n1,2,4,2\n2,1,3,3\n3,3,2,4\n", films(1, 2, 3));
  const second = csvWith("1,1,4,1\n4,1,3,3\n", films(1, 4));

  test("takes the older one's place: what the files no longer hold goes", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-latest-small", first);
    const report = await importFiles(db, "ml-latest-small", second);
    expect(report).toMatchObject({
      users: 2,
      movies: 2,
      ratings: 2,
      changed: { users: 1, movies: 1, ratings: 2 },
      removed: { users: 2, movies: 2, ratings: 3 },
      replaced: null,
    });
    const { db: fresh } = await newDatabase();
    await importFiles(fresh, "ml-latest-small", second);
    const held = (of: Database) =>
      of.sqlite.prepare("SELECT user_id, movie_id, rating, rated_at FROM ratings ORDER BY 1, 2").raw().all();
    expect(held(db)).toEqual(held(fresh));
    expect(allMovies(db).map(({ id, position }) => [id, position])).toEqual([
      [1, 0],
      [4, 1],
    ]);
    expect(currentDataset(db)?.revision).toBe(2);
  });

  test("keeps what a person made, and what that hangs on", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-latest-small", first);
    await rateOne(db, 3, 3, 5);
    await link(db, 2, "tt0078748");
    await db.store.users.findOrAdd("me", {});
    const report = await importFiles(db, "ml-latest-small", second);
    expect(report.removed).toEqual({ users: 1, movies: 0, ratings: 2 });
    expect(ratingOf(db, userId(3), movieId(3))).toMatchObject({ rating: 5, edited: true });
    expect(
      allMovies(db)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([1, 2, 3, 4]);
    expect(usersByIds(db, [userId(2), userId(3), userId(2_000_000_001)]).map((user) => user?.id)).toEqual([
      undefined,
      3,
      2_000_000_001,
    ]);
  });

  test("does not bring back what a person took away, unless it is told to replace", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-latest-small", first);
    await db.store.users.delete(userId(1));
    await db.store.ratings.delete(userId(2), movieId(1));
    const before = contents(db);
    const again = await importFiles(db, "ml-latest-small", first);
    expect(again).toMatchObject({ changed: nothing, leftOut: { users: 1, ratings: 3 }, users: 2, ratings: 1 });
    expect(contents(db)).toBe(before);
    const replaced = await importFiles(db, "ml-latest-small", first, { replace: true });
    expect(replaced).toMatchObject({
      replaced: "ml-latest-small",
      lost: { deletions: 2, users: 0 },
      leftOut: { users: 0, ratings: 0 },
      users: 3,
      ratings: 4,
    });
  });

  test("is told from another data set of the same name, whose folder GroupLens did not name", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "data", first);
    const before = contents(db);
    const refused = async (files: Files) => failure(importFiles(db, "data", files));
    const other = '"data" again, which is loaded, received another one of the same name: it has';
    expect(await refused(csvWith("1,1,5,1\n1,2,4,2\n", "1,Other (1990),Drama\n2,Another (1990),Drama\n"))).toBe(
      `DATA_OTHER_DATASET: expected the data set ${other} 0 of its 3 movies and 2 of its 4 ratings. ` +
        "Use another DATA_DIR, or --replace to take the loaded one out",
    );
    expect(await refused(csvWith("7,1,5,1\n8,2,4,2\n1,1,3,0\n", films(1, 2, 3)))).toContain(
      `${other} 3 of its 3 movies and 1 of its 4 ratings`,
    );
    expect(contents(db)).toBe(before);
    const grown = csvWith("1,1,5,1\n1,2,4,2\n2,1,3,3\n3,3,2,4\n9,1,1,9\n", films(1, 2, 3, 4));
    expect(await importFiles(db, "data", grown)).toMatchObject({ users: 4, movies: 4, ratings: 5 });
    const replacing = await importFiles(db, "data", csvWith("7,1,5,1\n", "1,Other (1990),Drama\n"), { replace: true });
    expect(replacing).toMatchObject({ users: 1, movies: 1, ratings: 1, replaced: "data", lost: null });
  });
});

describe("another data set", () => {
  test("is refused while one is loaded, and changes nothing", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const before = contents(db);
    expect(await failure(importFiles(db, "ml-100k", ml100k))).toBe(
      'DATA_OTHER_DATASET: expected "ml-1m", which is loaded, received "ml-100k": their users have the same numbers but ' +
        "are different people. Use another DATA_DIR, or --replace to take the loaded one out",
    );
    expect(contents(db)).toBe(before);
  });

  test("takes its place with replace, and nothing of the old one serves on", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    await db.store.settings.set("activeModel", "of-1m");
    const report = await importFiles(db, "ml-100k", ml100k, { replace: true });
    expect(report).toMatchObject({ dataset: "ml-100k", replaced: "ml-1m", users: 2, movies: 2, ratings: 2 });
    expect(currentDataset(db)).toMatchObject({ name: "ml-100k", kind: "100k" });
    expect(allMovies(db).map(({ id }) => id)).toEqual([242, 302]);
    expect(db.sqlite.prepare("SELECT user_id FROM ratings ORDER BY id").pluck().all()).toEqual([196, 186]);
    expect((await db.store.settings.serving()).activeModel).toBeUndefined();
  });

  test("does not take its place where its files are bad", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const before = contents(db);
    const files = { ...ml100k, "u.data": "196\t242\t3\t0\n196\t302\t7\t0\n" };
    await failure(importFiles(db, "ml-100k", files, { replace: true }));
    expect(contents(db)).toBe(before);
  });

  test("takes the place of the embedded one without being told to", async () => {
    const { db } = await newDatabase();
    db.sqlite.exec(
      "INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, 'embedded', 'embedded', 1, 0)",
    );
    db.sqlite.exec("INSERT INTO users (id) VALUES (77)");
    expect(await importFiles(db, "ml-1m", ml1m)).toMatchObject({ replaced: "embedded" });
    expect(currentDataset(db)).toMatchObject({ name: "ml-1m", synthetic: false });
    expect(usersByIds(db, [userId(77)])).toMatchObject([undefined]);
  });

  test("does not take its place where people made something of it, and says what", async () => {
    const { db } = await newDatabase();
    db.sqlite.exec(
      "INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, 'embedded', 'embedded', 1, 0)",
    );
    db.sqlite.exec("INSERT INTO movies (id, position, title, display_title, genres) VALUES (9, 0, 'A', 'A', '')");
    const { id } = await db.store.users.findOrAdd("me", {});
    await rateOne(db, id, 9, 5);
    const before = contents(db);
    expect(await failure(importFiles(db, "ml-1m", ml1m))).toBe(
      "DATA_OTHER_DATASET: expected an empty data folder, or the embedded data set as it was set up, received one that people made " +
        "their own (1 user, 1 rating): their movies go with it. Use another DATA_DIR, or --replace to take all of that out",
    );
    expect(contents(db)).toBe(before);
    expect(await importFiles(db, "ml-1m", ml1m, { replace: true })).toMatchObject({
      replaced: "embedded",
      lost: { users: 1, ratings: 1, movies: 0, links: 0, posters: 0, tokens: 0 },
      users: 2,
    });
  });
});

describe("linking", () => {
  test("takes ids from a newer release beside the data set, and says which movies have none", async () => {
    const { db } = await newDatabase();
    const links = await open(await folderWith({ "movies.csv": mlCsv["movies.csv"], "links.csv": mlCsv["links.csv"] }));
    const report = await importFiles(db, "ml-1m", ml1m, { links });
    expect(report).toMatchObject({ linked: 1, changed: { links: 1 } });
    expect(imdbIdOf(db, 1)).toBe("tt0114709");
    expect(report.unlinked).toEqual([
      {
        movieId: 661,
        title: "Misérables, Les (1995)",
        reason: "the reference has no movie 661; no other film of the reference has its title and year",
      },
      {
        movieId: 914,
        title: "Nameless (1996)",
        reason: "the reference has no movie 914; no other film of the reference has its title and year",
      },
    ]);
  });

  test("leaves what a person linked or unlinked as it is", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-latest-small", mlCsv);
    await link(db, 1, "tt7654321");
    await link(db, 29, null);
    const report = await importFiles(db, "ml-latest-small", mlCsv);
    expect(report.changed).toEqual(nothing);
    expect([imdbIdOf(db, 1), imdbIdOf(db, 29)]).toEqual(["tt7654321", null]);
  });

  test("gives no movie the id that a person gave another one", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-latest-small", { ...mlCsv, "links.csv": "movieId,imdbId,tmdbId\n29,0112682,\n" });
    await link(db, 30, "tt0114709");
    const report = await importFiles(db, "ml-latest-small", mlCsv);
    expect(report.unlinked).toContainEqual({
      movieId: 1,
      title: "Toy Story (1995)",
      reason: "tt0114709 already belongs to another movie",
    });
    expect([imdbIdOf(db, 1), imdbIdOf(db, 30)]).toEqual([null, "tt0114709"]);
  });

  const twoFilms = '1,Heat (1995),Crime\n2,"Sting, The (1973)",Crime\n';
  const files = (links: string): Files => ({
    "movies.csv": `movieId,title,genres\n${twoFilms}`,
    "ratings.csv": "userId,movieId,rating\n1,1,5\n",
    "links.csv": `movieId,imdbId,tmdbId\n${links}`,
  });

  test("gives an id that two movies claim to the first of them", async () => {
    const { db } = await newDatabase();
    const report = await importFiles(db, "ml-two", files("1,0113277,949\n2,0113277,949\n"));
    expect([imdbIdOf(db, 1), imdbIdOf(db, 2)]).toEqual(["tt0113277", null]);
    expect(report.unlinked.map(({ movieId }) => movieId)).toEqual([2]);
  });

  test("lets two movies exchange their ids", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-two", files("1,0113277,949\n2,0070735,9277\n"));
    const report = await importFiles(db, "ml-two", files("1,0070735,9277\n2,0113277,949\n"));
    expect([imdbIdOf(db, 1), imdbIdOf(db, 2)]).toEqual(["tt0070735", "tt0113277"]);
    expect(report.changed).toEqual({ ...nothing, links: 2 });
  });

  test("lets an id pass to a movie before the one that has it", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-two", files("1,0113277,949\n2,0070735,9277\n"));
    const report = await importFiles(db, "ml-two", files("1,0070735,9277\n2,0070735,9277\n"));
    expect([imdbIdOf(db, 1), imdbIdOf(db, 2)]).toEqual(["tt0070735", null]);
    expect(report.changed).toEqual({ ...nothing, links: 2 });
    expect(moviesByIds(db, [movieId(2)])[0]).toMatchObject({
      tmdbId: null,
      linkSource: "import",
      linkConfidence: null,
      linkEvidence: "tt0070735 already belongs to another movie",
    });
    expect(report.unlinked).toEqual([
      { movieId: 2, title: "Sting, The (1973)", reason: "tt0070735 already belongs to another movie" },
    ]);
  });

  test("says of a movie that the data set has twice which one has the link", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-two", {
      "movies.csv":
        'movieId,title,genres\n1,"Bewegte Mann, Der (1994)",Comedy\n2,"Maybe, Maybe Not (Bewegte Mann, Der) (1994)",Comedy\n',
      "ratings.csv": "userId,movieId,rating\n1,1,5\n",
    });
    const reference = await linksFrom('2,"Maybe, Maybe Not (Bewegte Mann, Der) (1994)",Comedy\n', "2,0109255,1\n");
    const { unlinked } = await importLinks(db, reference);
    expect(unlinked[0].reason).toBe(
      'the reference has no movie 1; by title and year it is movie 2, "Maybe, Maybe Not (Bewegte Mann, Der) (1994)", which has the link already',
    );
  });

  test("reports what is linked, what is uncertain, and why others are not", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-two", { ...files(""), "links.csv": "movieId,imdbId,tmdbId\n" });
    const others = await getLinkState(db.store);
    expect(others).toMatchObject({ movies: 2, linked: 0, unlinkable: 2, uncertain: [] });
    const reference = await linksFrom("1,Heat (1998),Crime\n", "1,0113277,949\n");
    await importLinks(db, reference);
    expect(await getLinkState(db.store)).toEqual({
      movies: 2,
      linked: 1,
      unlinkable: 1,
      uncertain: [
        {
          movieId: 1,
          title: "Heat (1995)",
          imdbId: "tt0113277",
          confidence: 0.7,
          evidence: "same id and title, year differs: 1995 is 1998 there",
        },
      ],
      unlinked: [
        {
          movieId: 2,
          title: "Sting, The (1973)",
          reason: "the reference has no movie 2; no other film of the reference has its title and year",
        },
      ],
    });
    await link(db, 1, "tt0113277");
    await link(db, 2, null);
    expect(await getLinkState(db.store)).toMatchObject({
      linked: 1,
      unlinkable: 1,
      uncertain: [],
      unlinked: [{ movieId: 2, reason: "removed by hand" }],
    });
  });

  test("finds films that a movie may be, in the release that links were last taken from", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-two", {
      "movies.csv": 'movieId,title,genres\n1,"Amelie II (2001)",Comedy\n2,Heat (1995),Crime\n',
      "ratings.csv": "userId,movieId,rating\n1,1,5\n",
    });
    expect(await findLinkCandidates(db, 1, 5)).toEqual([]);
    const films = [
      '70,"Amélie 2 (Fabuleux destin d\'Amélie Poulain, Le) (2001)",Comedy',
      "71,Amelie 2 (1990),Comedy",
      "72,Amelia (2001),Comedy",
      "73,Heat (1995),Crime",
      "74,Nothing Alike (2001),Comedy",
    ].join("\n");
    const reference = await linksFrom(`${films}\n`, "70,1,11\n71,2,12\n72,3,13\n73,4,14\n74,5,15\n");
    await importLinks(db, reference);
    await link(db, 1, null);
    const found = await findLinkCandidates(db, 1, 5);
    expect(found.map(({ title, confidence }) => [title, confidence])).toEqual([
      ["Amélie 2 (Fabuleux destin d'Amélie Poulain, Le) (2001)", 1],
      ["Amelie 2 (1990)", 0.5],
    ]);
    expect(found[0]).toMatchObject({
      imdbId: "tt0000001",
      tmdbId: 11,
      evidence: "same title, same year",
      takenBy: null,
    });
    expect(found[1].evidence).toBe("same title, year differs: 2001 is 1990 there");
    expect((await findLinkCandidates(db, 2, 1))[0]).toMatchObject({ imdbId: "tt0000004", takenBy: { id: 2 } });
    // A title without a word to search by is found nowhere.
    const setTitle = (title: string) => {
      db.sqlite.prepare("UPDATE movies SET title = ? WHERE id = 1").run(title);
      // What changes movies counts the change.
      db.sqlite.exec("UPDATE settings SET value = value + 1 WHERE key = 'moviesRevision'");
    };
    setTitle("... (1971)");
    expect(await findLinkCandidates(db, 1, 5)).toEqual([]);
    setTitle("Amelie II (2001)");
    // Another release takes its place.
    await importLinks(db, new Map());
    expect(await findLinkCandidates(db, 1, 5)).toHaveLength(2);
    const smaller = await linksFrom("72,Amelia (2001),Comedy\n", "72,3,13\n");
    await importLinks(db, smaller);
    expect(await findLinkCandidates(db, 1, 5)).toEqual([]);
  });

  test("keeps an id that a later reference says nothing of", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-two", files("1,0113277,949\n2,0070735,9277\n"));
    const reference = await linksFrom("1,Heat (1995),Crime\n", "1,0113277,950\n");
    const before = moviesByIds(db, [movieId(2)]);
    expect(await importLinks(db, reference)).toEqual({ changed: 1, unlinked: [] });
    expect(moviesByIds(db, [movieId(2)])).toEqual(before);
    expect(moviesByIds(db, [movieId(1)])[0]).toMatchObject({ imdbId: "tt0113277", tmdbId: 950 });
  });
});

describe("an import that does not come to its end", () => {
  test("leaves the database as before when it is stopped half-way", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const before = contents(db);
    const controller = new AbortController();
    const stopped = importFiles(
      db,
      "ml-1m",
      { ...ml1m, "ratings.dat": "1::1::1::0\n2::661::2::0\n" },
      {
        signal: controller.signal,
        onProgress: (_bytes, _total, file) => {
          if (file === "ml-1m/ratings.dat") controller.abort();
        },
      },
    );
    expect(await failure(stopped)).toBe("INTERRUPTED: interrupted: nothing was imported, the database is as before");
    expect(contents(db)).toBe(before);
  });

  test("leaves the database as before when its process is killed half-way, and a new import works", async () => {
    const { db, file } = await newDatabase();
    await importFiles(db, "ml-1m", generated(1000));
    const before = contents(db);
    const folder = await folderWith(inside("ml-1m", generated(300_000)));
    const script = `
      import { importDataset } from ${built("jobs/import/import-dataset.js")};
      import { openSqliteStore } from ${built("store/sqlite/sqlite-store.js")};
      import { openSource } from ${built("datasets/movielens/source.js")};
      // In the middle of the transaction that merges: the ratings are in, their statistics are not.
      const onSql = (sql) => {
        if (sql.includes("INSERT INTO movie_statistics")) process.kill(process.pid, "SIGKILL");
      };
      const store = openSqliteStore(${JSON.stringify(file)}, { onSql });
      await importDataset({ store }, await openSource(${JSON.stringify(folder)}));`;
    const child = startScript(["--input-type=module", "--eval", script], { dataDir: folder });
    expect(await child.finished).toMatchObject({ signal: "SIGKILL", stderr: "" });
    expect(contents(db)).toBe(before);
    expect(db.sqlite.pragma("integrity_check", { simple: true })).toBe("ok");

    const report = await importDataset(db, await open(folder));
    expect(report).toMatchObject({ dataset: "ml-1m", users: 1000, movies: 1000, ratings: 300_000, skipped: 0 });
    expect(db.sqlite.prepare("SELECT count(*) FROM ratings").pluck().get()).toBe(300_000);
  });
});

/** MovieLens 1M's layout with 1,000 users and movies; nobody rates a movie twice. */
function generated(ratings: number): Files {
  const lines: string[] = [];
  for (let r = 0; r < ratings; r++) {
    const user = (r % 1000) + 1;
    lines.push(`${user}::${((user * 7 + Math.floor(r / 1000)) % 1000) + 1}::${1 + (r % 5)}::${978_300_000 + r}\n`);
  }
  const ids = Array.from({ length: 1000 }, (_, i) => i + 1);
  return {
    "movies.dat": ids.map((id) => `${id}::Film ${id} (1990)::Drama\n`).join(""),
    "users.dat": ids.map((id) => `${id}::F::25::4::10000\n`).join(""),
    "ratings.dat": lines.join(""),
  };
}

describe("the database", () => {
  test("refuses a rating without a user or a movie", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const insert = db.sqlite.prepare("INSERT INTO ratings (user_id, movie_id, rating) VALUES (?, ?, ?)");
    expect(() => insert.run(9, 1, 3)).toThrow("FOREIGN KEY constraint failed");
    expect(() => insert.run(1, 9, 3)).toThrow("FOREIGN KEY constraint failed");
  });

  test.each([0, 0.25, 3.3, 5.5, -1])("refuses a rating of %d stars", async (stars) => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const insert = db.sqlite.prepare("INSERT INTO ratings (user_id, movie_id, rating) VALUES (2, 661, ?)");
    expect(() => insert.run(stars)).toThrow("CHECK constraint failed: ratings_half_stars");
  });

  test("refuses a second rating of a movie by one user, and an IMDb id for two movies", async () => {
    const { db } = await newDatabase();
    await importFiles(db, "ml-latest-small", mlCsv);
    expect(() => db.sqlite.exec("INSERT INTO ratings (user_id, movie_id, rating) VALUES (1, 29, 3)")).toThrow(
      "UNIQUE constraint failed: ratings.user_id, ratings.movie_id",
    );
    expect(() => db.sqlite.exec("UPDATE movies SET imdb_id = 'tt0114709' WHERE id = 30")).toThrow(
      "UNIQUE constraint failed: movies.imdb_id",
    );
  });

  test("is in WAL mode, flushes every commit, and waits for other processes", async () => {
    const { db } = await newDatabase();
    const pragma = (name: string) => db.sqlite.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys"), pragma("busy_timeout")]).toEqual([
      "wal",
      2,
      1,
      10_000,
    ]);
  });

  test("is made once by processes that open a new file together", async () => {
    const file = join(await tempFolder(), "new", "marquee.db");
    const script = `
      import { openDatabase } from ${built("store/sqlite/database.js")};
      const db = openDatabase(${JSON.stringify(file)});
      console.log(db.sqlite.prepare("SELECT count(*) FROM ratings").pluck().get());
      db.close();`;
    const children = [1, 2, 3, 4].map(() =>
      startScript(["--input-type=module", "--eval", script], {
        dataDir: fileURLToPath(new URL("..", import.meta.url)),
      }),
    );
    for (const child of children) {
      expect(await child.finished).toMatchObject({ code: 0, stdout: "0\n", stderr: "" });
    }
  });

  test("says so when another process holds it too long for an import", async () => {
    const { db, file } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const other = openIt(file, { busyTimeoutMs: 20 });
    db.sqlite.exec("BEGIN IMMEDIATE");
    expect(await failure(importFiles(other, "ml-1m", ml1m))).toBe(
      "DATABASE_BUSY: expected to write within 5000 ms, but another process holds the database (an import?); try again later",
    );
    db.sqlite.exec("ROLLBACK");
    expect((await importFiles(other, "ml-1m", ml1m)).changed).toEqual(nothing);
  });

  test("can be read as it was while an import writes it", async () => {
    const { db, file } = await newDatabase();
    await importFiles(db, "ml-1m", ml1m);
    const reader = openIt(file);
    const before = contents(reader);
    const seen: string[] = [];
    await importFiles(
      db,
      "ml-1m",
      { ...ml1m, "ratings.dat": "2::1::1::0\n" },
      { onProgress: () => seen.push(contents(reader)) },
    );
    expect(new Set(seen)).toEqual(new Set([before]));
    expect(ratingOf(reader, userId(2), movieId(1))?.rating).toBe(1);
  });

  test("is refused where the file is none", async () => {
    const file = join(await tempFolder(), "marquee.db");
    await writeFile(file, "These are not the bytes of a database, however long they go on. ".repeat(100));
    await expect(async () => openDatabase(file)).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: `expected a Marquee database in ${file}: file is not a database`,
    });
  });

  test("is refused where it was emptied beside posters or models, and made where there is nothing else", async () => {
    const folder = await folderWith({ "marquee.db": "", "posters/ab/x.jpg": "a poster" });
    await expect(async () => openDatabase(join(folder, "marquee.db"))).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: `expected a Marquee database in ${folder}/marquee.db, received an empty file beside posters: restore it from a backup, or remove it to begin anew`,
    });
    const alone = await folderWith({ "marquee.db": "" });
    openIt(join(alone, "marquee.db"));
  });

  test("is refused where its folder cannot be made", async () => {
    const folder = await folderWith({ data: "a file where a folder should be" });
    await expect(async () => openDatabase(join(folder, "data", "marquee.db"))).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringMatching(/^expected a Marquee database in \S+marquee\.db: E(EXIST|NOTDIR)/),
    });
  });

  test("is refused where a newer Marquee made it", async () => {
    const { db, file } = await newDatabase();
    db.sqlite
      .prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)")
      .run("future", 4_000_000_000_000);
    await expect(async () => openDatabase(file)).rejects.toMatchObject({
      code: "DATABASE_INCOMPATIBLE",
      message: `expected ${file} to be of this version of Marquee or an older one, but a newer one made it: update Marquee`,
    });
  });
});
