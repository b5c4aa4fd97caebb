/**
 * A small data folder with everything real in it, and the app on top: 150 movies and a few hundred ratings in the
 * shape of MovieLens 1M, imported; a baseline model of seeded random weights; some posters, drawn and embedded.
 * The movies' numbers, their order in the file and the model's rows all differ, so that mixing them up shows.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { afterAll, onTestFinished } from "vitest";
import { openSource } from "../../src/datasets/movielens/source.js";
import type { MovieId, UserId } from "../../src/ids.js";
import { addPosters } from "../../src/jobs/add-posters.js";
import { embedPosters } from "../../src/jobs/embed-posters.js";
import { importDataset } from "../../src/jobs/import/import-dataset.js";
import { createIdLists } from "../../src/ml/baseline/baseline-data.js";
import { buildBaselineModel } from "../../src/ml/baseline/baseline-model.js";
import type { BaselineWeights } from "../../src/ml/baseline/baseline-weights.js";
import type { TrainingSet } from "../../src/ml/data/training-set.js";
import { saveModel } from "../../src/ml/model/model-store.js";
import { renderPoster } from "../../src/posters/artwork/draw-poster.js";
import type { PosterProvider } from "../../src/posters/providers/provider.js";
import { gaussians, mulberry32, permutation, type Random } from "../../src/random.js";
import { makeToken, type TokenScope } from "../../src/resolvers/system/edit-tokens.js";
import { type App, type AppOptions, createApp } from "../../src/server/app.js";
import { type AppCache, createAppCache } from "../../src/server/kept-results.js";
import { openServices, type Services } from "../../src/services/services.js";

export interface FixtureMovie {
  id: number;
  title: string;
  displayTitle: string;
  year: number;
  genres: string;
}

export interface FixtureRating {
  userId: number;
  movieId: number;
  stars: number;
  ratedAt: number;
}

const users = [5, 17, 42, 101, 256, 640, 999, 1500, 2222, 3001, 3997, 6040].map((id, i) => ({
  id,
  gender: i % 2 === 0 ? "M" : "F",
  ageGroup: [1, 18, 25, 35, 45, 50, 56][i % 7],
  /** 1M's code; the import turns it into words. */
  occupation: i,
}));

/** In none of the ratings: the model does not know them. */
export const unknownUser = 6040;

const genreStrings = [
  "Drama",
  "Comedy",
  "Comedy|Romance",
  "Action|Adventure|Thriller",
  "Horror",
  "Crime|Drama",
  "Sci-Fi|Action",
];

/** In the order of the file: neither by number nor by title. */
const movies = makeMovies(mulberry32(1));
/** In the order of the file. The last movies of the file have none. */
const ratings = makeRatings(mulberry32(2));

function makeMovies(random: Random): FixtureMovie[] {
  const named = [
    { id: 1, title: "Toy Story (1995)", displayTitle: "Toy Story", genres: "Animation|Children's|Comedy" },
    { id: 858, title: "Godfather, The (1972)", displayTitle: "The Godfather", genres: "Crime|Drama" },
    { id: 73, title: "Misérables, Les (1995)", displayTitle: "Les Misérables", genres: "Drama" },
    { id: 2001, title: "100% Wolf (1990)", displayTitle: "100% Wolf", genres: "Comedy" },
    { id: 2002, title: "1000 Wolves (1991)", displayTitle: "1000 Wolves", genres: "Comedy" },
    { id: 2003, title: "Under_Score (1991)", displayTitle: "Under_Score", genres: "Horror" },
    { id: 2004, title: "Under Score (1992)", displayTitle: "Under Score", genres: "Horror" },
  ].map((movie) => ({ ...movie, year: Number(movie.title.slice(-5, -1)) }));
  const others = Array.from({ length: 143 }, (_, n) => ({
    id: 100 + 5 * n,
    title: `Film ${n} (${1950 + (n % 50)})`,
    displayTitle: `Film ${n}`,
    year: 1950 + (n % 50),
    genres: genreStrings[n % genreStrings.length],
  }));
  const rated = [...named, ...others.slice(0, 133)];
  return [...Array.from(permutation(rated.length, random), (i) => rated[i]), ...others.slice(133)];
}

function makeRatings(random: Random): FixtureRating[] {
  const rows: FixtureRating[] = [];
  // User 3997's best-rated: the highest, of these the latest; Film 3 and The Godfather tie, Film 3 was imported first.
  const stated = [
    { title: "Film 5", stars: 4, ratedAt: 978_400_000 },
    { title: "Film 4", stars: 5, ratedAt: 978_100_000 },
    { title: "Film 3", stars: 5, ratedAt: 978_200_000 },
    { title: "Toy Story", stars: 5, ratedAt: 978_300_000 },
    { title: "The Godfather", stars: 5, ratedAt: 978_200_000 },
  ];
  for (const { title, stars, ratedAt } of stated) {
    const { id } = movies.find(({ displayTitle }) => displayTitle === title)!;
    rows.push({ userId: 3997, movieId: id, stars, ratedAt });
  }
  for (const { id } of users) {
    if (id === unknownUser) continue;
    for (const position of permutation(movies.length - 10, random).subarray(0, 35)) {
      const movieId = movies[position].id;
      if (rows.some((row) => row.userId === id && row.movieId === movieId)) continue;
      const highest = id === 3997 ? 4 : 5;
      const stars = 1 + Math.floor(random() * highest);
      rows.push({ userId: id, movieId, stars, ratedAt: 978_000_000 + Math.floor(random() * 90_000) });
    }
  }
  return rows;
}

/** Random weights for the fixture's data; stars spread around 3.5, some beyond 5. */
function randomWeights(random: Random, { users: rows, movies: items }: TrainingSet): BaselineWeights {
  const lists = createIdLists({ users: rows, movies: items, ratings: noRatings });
  const normal = (length: number, deviation: number) => Float32Array.from(gaussians(random, length, deviation));
  const table = (count: number) => normal(count * 50, 1);
  return {
    tables: {
      user: table(lists.userIds.length),
      gender: table(lists.genders.length + 1),
      age: table(lists.ageGroups.length + 1),
      occupation: table(lists.occupations.length + 1),
      movie: table(lists.movieIds.length),
      genre: table(lists.genres.length),
    },
    dense: {
      "fc1.weight": normal(3000, 0.08),
      "fc1.bias": normal(10, 0.1),
      "fc2.weight": normal(100, 0.3),
      "fc2.bias": normal(10, 0.1),
      "fc3.weight": normal(10, 0.2),
      "fc3.bias": Float32Array.of(0.7),
    },
  };
}

const made = new Map<number, BaselineWeights>();
function weightsOf(seed: number): BaselineWeights {
  const weights = made.get(seed) ?? randomWeights(mulberry32(seed), trainingSet());
  made.set(seed, weights);
  return weights;
}

const noRatings = { userIds: new Int32Array(0), movieIds: new Int32Array(0), stars: new Float32Array(0) };

function trainingSet(): TrainingSet {
  return {
    users: users.map(({ id, gender, ageGroup, occupation }) => ({
      id: id as UserId,
      gender,
      ageGroup,
      occupation: occupationWords[occupation],
    })),
    movies: movies.map(({ id, genres }) => ({ id: id as MovieId, genres })),
    ratings: {
      userIds: Int32Array.from(ratings, ({ userId }) => userId),
      movieIds: Int32Array.from(ratings, ({ movieId }) => movieId),
      stars: Float32Array.from(ratings, ({ stars }) => stars),
    },
  };
}

// As 1M's README names its first twelve codes.
const occupationWords = [
  "other or not specified",
  "academic/educator",
  "artist",
  "clerical/admin",
  "college/grad student",
  "customer service",
  "doctor/health care",
  "executive/managerial",
  "farmer",
  "homemaker",
  "K-12 student",
  "lawyer",
];

const ratedUsers = new Set(ratings.map(({ userId }) => userId));
const ratedMovies = new Set(ratings.map(({ movieId }) => movieId));

/** What a model of `seed` must predict, raw stars, in the plainest way: one pair, 300 inputs, three layers. */
export function predictPlainly(seed: number, userId: number, movieId: number): number {
  const data = trainingSet();
  const lists = createIdLists(data);
  const { tables, dense } = weightsOf(seed);
  const user = data.users.find(({ id }) => id === userId)!;
  const movie = data.movies.find(({ id }) => id === movieId)!;
  const row = (table: Float32Array, index: number) => Array.from(table.subarray(50 * index, 50 * index + 50));
  const meanOf = (table: Float32Array, rows: number[]) => {
    const picked = rows.map((index) => row(table, index));
    return Array.from({ length: 50 }, (_, k) => picked.reduce((sum, vector) => sum + vector[k], 0) / picked.length);
  };
  const rowsWhere = (ids: readonly (number | null)[], rated: ReadonlySet<number>) =>
    ids.flatMap((id, index) => (id !== null && rated.has(id) ? [index] : []));
  const input = [
    ratedUsers.has(userId)
      ? row(tables.user, lists.userIds.indexOf(user.id))
      : meanOf(tables.user, rowsWhere(lists.userIds, ratedUsers)),
    row(tables.gender, lists.genders.indexOf(user.gender!)),
    row(tables.age, lists.ageGroups.indexOf(user.ageGroup!)),
    row(tables.occupation, lists.occupations.indexOf(user.occupation!)),
    ratedMovies.has(movieId)
      ? row(tables.movie, lists.movieIds.indexOf(movie.id))
      : meanOf(tables.movie, rowsWhere(lists.movieIds, ratedMovies)),
    row(tables.genre, lists.genres.indexOf(movie.genres)),
  ].flat();
  const layer = (weights: Float32Array, bias: Float32Array, x: number[]) =>
    Array.from(bias, (b, j) => x.reduce((sum, value, k) => sum + value * weights[j * x.length + k], b));
  const relu = (x: number[]) => x.map((value) => Math.max(0, value));
  const hidden1 = relu(layer(dense["fc1.weight"], dense["fc1.bias"], input));
  const hidden2 = relu(layer(dense["fc2.weight"], dense["fc2.bias"], hidden1));
  return 5 * layer(dense["fc3.weight"], dense["fc3.bias"], hidden2)[0];
}

/** What must be recommended to a user, best first: unrated by them, those with ratings of anybody first. */
export function rankPlainly(seed: number, userId: number): { movie: FixtureMovie; stars: number }[] {
  const seen = new Set(ratings.filter((rating) => rating.userId === userId).map(({ movieId }) => movieId));
  return movies
    .filter(({ id }) => !seen.has(id))
    .map((movie) => ({ movie, stars: predictPlainly(seed, userId, movie.id), known: ratedMovies.has(movie.id) }))
    .sort((a, b) => Number(b.known) - Number(a.known) || b.stars - a.stars);
}

export const fixture = {
  users,
  movies,
  ratings,
  /** The model that serves, and one beside it. */
  models: { active: { name: "first", seed: 11 }, other: { name: "second", seed: 12 } },
  /** The movies that nobody rated. */
  unratedMovies: movies.filter(({ id }) => !ratedMovies.has(id)),
  datasetName: "ml-1m",
  movieOf: (displayTitle: string): FixtureMovie => {
    const movie = movies.find((each) => each.displayTitle === displayTitle);
    if (movie === undefined) throw new Error(`the fixture has no movie ${displayTitle}`);
    return movie;
  },
};

/** Movies with a poster: user 3997's best-rated three, and every third of the thirty best predicted for them. */
export function moviesWithPosters(): FixtureMovie[] {
  const candidates = rankPlainly(fixture.models.active.seed, 3997).slice(0, 30);
  return [
    ...["Toy Story", "Film 3", "The Godfather"].map(fixture.movieOf),
    ...candidates.filter((_, rank) => rank % 3 === 0).map(({ movie }) => movie),
  ];
}

let template: Promise<string> | undefined;

export async function buildTemplate(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "marquee-template-"));
  afterAllTests(() => rm(root, { recursive: true, force: true }));
  const source = join(root, fixture.datasetName);
  await mkdir(source);
  const latin1 = (lines: string[]) => Buffer.from(`${lines.join("\n")}\n`, "latin1");
  await writeFile(join(source, "movies.dat"), latin1(movies.map((m) => `${m.id}::${m.title}::${m.genres}`)));
  await writeFile(
    join(source, "users.dat"),
    latin1(users.map((u) => `${u.id}::${u.gender}::${u.ageGroup}::${u.occupation}::0000${u.occupation % 10}`)),
  );
  await writeFile(
    join(source, "ratings.dat"),
    latin1(ratings.map((r) => `${r.userId}::${r.movieId}::${r.stars}::${r.ratedAt}`)),
  );
  const pictures = join(root, "pictures");
  await mkdir(pictures);
  for (const { id, displayTitle, year, genres } of moviesWithPosters()) {
    await writeFile(
      join(pictures, `${id}.png`),
      await renderPoster({ title: displayTitle, year, genres: genres.split("|") }),
    );
  }
  const dataDir = join(root, "data");
  const services = openServices(dataDir);
  try {
    await importFrom(services, source);
    await addPosters(services, { folder: pictures });
    await embedPosters(services);
    for (const { name, seed } of Object.values(fixture.models)) await addModel(services, name, seed);
    await services.store.settings.set("activeModel", fixture.models.active.name);
  } finally {
    await services.close();
  }
  return dataDir;
}

async function importFrom(services: Services, folder: string): Promise<void> {
  const source = await openSource(folder);
  try {
    await importDataset(services, source);
  } finally {
    await source.close();
  }
}

/** Writes a model of seeded random weights into the data folder. */
export async function addModel(
  services: Services,
  name: string,
  seed: number,
  datasetName = fixture.datasetName,
): Promise<void> {
  const data = trainingSet();
  const { manifest, files } = buildBaselineModel({
    name,
    origin: "trained",
    datasetName,
    data,
    weights: weightsOf(seed),
    idLists: createIdLists(data),
    ratedUsers,
    ratedMovies,
  });
  await saveModel(services.folders.models.own, manifest, files);
}

const atTheEnd: (() => Promise<void>)[] = [];
const afterAllTests = (work: () => Promise<void>) => atTheEnd.push(work);
afterAll(async () => {
  for (const work of atTheEnd) await work();
});

/** A data folder of the test's own, as the fixture describes it; gone when the test is over. */
export async function dataFolder(): Promise<string> {
  template ??= buildTemplate();
  const folder = await mkdtemp(join(tmpdir(), "marquee-test-"));
  await cp(await template, folder, { recursive: true });
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** An empty data folder of the test's own. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "marquee-empty-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what the test is about to check
  data: any;
  errors: { message: string; code: string | undefined; path: (string | number)[] | undefined }[] | undefined;
}

export interface AskOptions {
  variables?: Record<string, unknown>;
  token?: string;
  headers?: Record<string, string>;
}

/** Sends one GraphQL request through `fetch`, as JSON. */
export async function ask(app: App, query: string, options: AskOptions = {}): Promise<Answer> {
  const response = await app.fetch("http://localhost/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: JSON.stringify({ query, variables: options.variables }),
  });
  return answerOf(response);
}

/** @throws {Error} where the answer names a file or folder of the server: no answer of any test may */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  for (const folder of [tmpdir(), process.cwd()]) {
    if (text.includes(`${folder}/`)) throw new Error(`expected no path of the server in an answer, received ${text}`);
  }
  const body = JSON.parse(text) as {
    data?: unknown;
    errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[];
  };
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    errors: body.errors?.map(({ message, path, extensions }) => ({ message, code: extensions?.code, path })),
  };
}

/** As the server has them by default, without limits that a test would run into. */
export const appOptions: AppOptions = {
  auth: "on",
  publicRead: true,
  publicUsers: "published",
  corsOrigins: "*",
  introspection: true,
  documents: "allow",
  maxBodyBytes: 100_000,
  maxBatch: 10,
  requestTimeoutMs: 60_000,
  rateLimit: 0,
  maxStreams: 0,
  trustProxy: false,
  defer: false,
  federation: false,
  publicUrl: "",
  web: true,
};

export interface StartOptions extends Omit<Partial<AppOptions>, "cache"> {
  /** False for nothing to be kept between requests, where a test counts what one reads. */
  cache?: AppCache | false;
  dataDir?: string;
  onSql?: (sql: string) => void;
  logger?: Logger;
  posterProviders?: readonly PosterProvider[];
}

export interface Started {
  app: App;
  services: Services;
  dataDir: string;
  /** Allows everything. */
  token: string;
  /** Makes a token of a scope, and of a user where one is named. */
  tokenOf(scope: TokenScope, userId?: number): Promise<string>;
  ask(query: string, options?: AskOptions): Promise<Answer>;
  /** The data of a query that must not fail. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Answer
  data(query: string, options?: AskOptions): Promise<any>;
  /** As `data`, with the token. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Answer
  edit(query: string, variables?: Record<string, unknown>): Promise<any>;
}

/** The whole app over a data folder, by default a new one as the fixture describes it. Closed when the test is over. */
export async function start(options: StartOptions = {}): Promise<Started> {
  const dataDir = options.dataDir ?? (await dataFolder());
  // As the server opens it: a lock of another process must not hold the thread.
  const services = openServices(dataDir, {
    busyTimeoutMs: 5,
    onSql: options.onSql,
    cache: options.cache !== false,
    posterProviders: options.posterProviders,
  });
  onTestFinished(() => services.close());
  const { secret: token } = await makeToken(services, { name: "of the test", scope: "admin" });
  const {
    dataDir: _dataDir,
    onSql: _onSql,
    cache = createAppCache(),
    logger,
    posterProviders: _providers,
    ...own
  } = options;
  const app = createApp(
    services,
    { ...appOptions, ...own, cache: cache === false ? createAppCache(false) : cache },
    logger ?? pino({ level: "silent" }),
  );
  const data = async (query: string, more?: AskOptions) => {
    const answer = await ask(app, query, more);
    if (answer.errors !== undefined) throw new Error(`expected no errors, received ${JSON.stringify(answer.errors)}`);
    return answer.data;
  };
  return {
    app,
    services,
    dataDir,
    token,
    tokenOf: async (scope, userId) =>
      (await makeToken(services, { name: scope, scope, userId: userId as UserId | undefined })).secret,
    ask: (query, more) => ask(app, query, more),
    data,
    edit: (query, variables) => data(query, { variables, token }),
  };
}

export interface CountedCalls {
  /** Pairs in each call of the model. */
  calls: number[];
}

/** Counts calls at the model's edge; the real model answers them. */
export function countModelCalls(services: Services): CountedCalls {
  const counted: CountedCalls = { calls: [] };
  const { models } = services;
  const get = models.get.bind(models);
  models.get = async (name) => {
    const predictor = await get(name);
    return {
      ...predictor,
      predict: (pairs) => {
        counted.calls.push(pairs.userIndices.length);
        return predictor.predict(pairs);
      },
    };
  };
  return counted;
}

export function globalId(type: "User" | "Movie", id: number): string {
  return Buffer.from(`${type}:${id}`).toString("base64");
}
