/** examples/client, and README's and docs/api.md's snippets, as somebody who writes a front end would run them. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { homePage, rate, search } from "../examples/client/src/pages.js";
import { userId } from "../src/ids.js";
import { setupEmbedded } from "../src/jobs/setup-embedded.js";
import { makeToken } from "../src/resolvers/system/edit-tokens.js";
import { createApp } from "../src/server/app.js";
import { type RunningServer, serve } from "../src/server/listen.js";
import { openServices, type Services } from "../src/services/services.js";
import { appOptions } from "./support/fixture.js";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
let services: Services;
let server: RunningServer;
let url: string;
let token: string;

beforeAll(async () => {
  // Below the project, so that snippets find its packages.
  folder = await mkdtemp(join(root, "node_modules", ".marquee-snippets-"));
  services = openServices(join(folder, "data"));
  await setupEmbedded(services);
  const app = createApp(services, { ...appOptions, rateLimit: 1000 }, pino({ level: "silent" }));
  server = await serve(app, "127.0.0.1", 0);
  url = `${server.address}/graphql`;
  token = (await makeToken(services, { name: "app", scope: "user", userId: userId(42) })).secret;
});

afterAll(async () => {
  await server.stop();
  await services.close();
  await rm(folder, { recursive: true, force: true });
});

describe("examples/client", () => {
  test("shows a home page with reasons", async () => {
    const lines = await homePage({ url }, "42");
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^.+, [1-5]\.\d stars: (?:because you gave .+★|its poster looks like that of .+)$/);
  });

  test("finds all pages of a search, the most rated first", async () => {
    const titles = await search({ url }, "the");
    expect(titles.length).toBeGreaterThan(20);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("rates with a token, and reads why it may not", async () => {
    expect(await rate({ url, token }, "1", 4.5)).toBe(4.5);
    await expect(rate({ url, token }, "1", 7)).rejects.toThrow(
      "expected a rating of 0.5 to 5 in half stars, received 7",
    );
    await expect(rate({ url }, "1", 4)).rejects.toThrow("expected the header Authorization: Bearer <token>");
  });
});

const run = promisify(execFile);
/** How the blocks of each language are run, and what the machine needs for it. */
const languages: Record<string, { file: string; command: string; needs?: string }> = {
  sh: { file: "snippet.sh", command: "bash", needs: "curl" },
  js: { file: "snippet.mjs", command: process.execPath },
  python: { file: "snippet.py", command: "python3", needs: "python3" },
};

function isThere(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((path) => existsSync(join(path, program)));
}

describe("docs/api.md's snippets", async () => {
  const text = await readFile(join(root, "docs/api.md"), "utf8");
  const blocks = [...text.matchAll(/```(sh|js|python) (\S+)\n(.*?)```/gs)].map(([, language, name, code]) => ({
    language,
    name,
    code,
  }));

  test("are there for curl, fetch, urql, Apollo and Python", () => {
    expect(blocks.map(({ name }) => name)).toEqual(["curl", "urql", "apollo", "python", "curl-sse"]);
  });

  test.each(blocks)("$name prints titles", async ({ language, name, code }) => {
    const { file, command, needs } = languages[language];
    if (needs !== undefined && !isThere(needs)) {
      if (process.env.CI) throw new Error(`expected ${needs} in CI`);
      console.warn(`skipped: there is no ${needs}`);
      return;
    }
    const path = join(folder, `${name}-${file}`);
    await copyFile(join(root, "possible-types.json"), join(folder, "possible-types.json"));
    await writeFile(path, code.replaceAll("http://127.0.0.1:4000/graphql", url).replaceAll("<token>", token));
    const { stdout } = await run(command, [path], { cwd: folder, timeout: 60_000 });
    if (name === "curl-sse") expect(stdout).toContain('"ratingAdded":{"rating":3.5');
    else expect(stdout).toContain("The Dark Knight");
  });
});

describe("Apollo Client", () => {
  const wrong = gql`
    mutation {
      rateMovie(input: { movieId: 1, rating: 7 }) {
        ... on RateMoviePayload { rating { rating } }
        ... on Error { code message }
      }
    }
  `;
  const ofCache = (cache: InMemoryCache) =>
    new ApolloClient({ link: new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } }), cache });

  test("reads a named error where its cache knows the schema's types", async () => {
    const possibleTypes = JSON.parse(await readFile(join(root, "possible-types.json"), "utf8"));
    const { data } = await ofCache(new InMemoryCache({ possibleTypes })).mutate({ mutation: wrong });
    expect(data).toMatchObject({
      rateMovie: {
        __typename: "InvalidRatingError",
        code: "INVALID_RATING",
        message: "expected a rating of 0.5 to 5 in half stars, received 7",
      },
    });
  });

  test("keeps what two queries read of one movie's rating and poster in one place", async () => {
    const client = ofCache(new InMemoryCache());
    const one = gql`{ user(id: 42) { id topRatings(first: 1) { id rating movie { id poster { id url } } } } }`;
    const two = gql`{ user(id: 42) { id topRatings(first: 1) { id ratedAt movie { id poster { id width } } } } }`;
    await client.query({ query: one });
    const { data } = await client.query<{ user: { topRatings: { id: string; movie: { poster: { id: string } } }[] } }>({
      query: two,
    });
    const [rating] = data?.user.topRatings ?? [];
    const kept = client.cache.extract() as Record<string, Record<string, unknown>>;
    expect(Object.keys(kept[`Rating:${rating.id}`])).toEqual(expect.arrayContaining(["rating", "ratedAt"]));
    expect(Object.keys(kept[`Poster:${rating.movie.poster.id}`])).toEqual(expect.arrayContaining(["url", "width"]));
  });

  test("sends a persisted query by its hash, and its text only once", async () => {
    const bodies: string[] = [];
    const link = createPersistedQueryLink({ sha256: (text) => createHash("sha256").update(text).digest("hex") }).concat(
      new HttpLink({
        uri: url,
        fetch: (address, init) => {
          bodies.push(String(init?.body));
          return fetch(address, init);
        },
      }),
    );
    const query = gql`query Title { movie(id: 2) { title } }`;
    for (let i = 0; i < 2; i++) {
      const client = new ApolloClient({ link, cache: new InMemoryCache() });
      expect((await client.query({ query })).data).toMatchObject({ movie: { title: expect.any(String) } });
    }
    expect(bodies.map((body) => body.includes("query Title"))).toEqual([false, true, false]);
  });
});

describe("urql with its normalised cache", () => {
  test("keeps what two queries read of one movie, its poster and a rating in one place", async () => {
    const client = new Client({
      url,
      preferGetMethod: false,
      exchanges: [cacheExchange({ keys: { Dataset: () => null, Model: () => null } }), fetchExchange],
      fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    });
    const of = (movie: string, rating: string, poster: string) =>
      `{ user(id: 42) { id topRatings(first: 1) { id ${rating} movie { id ${movie} poster { id ${poster} } } } } }`;
    await client.query(of("title", "rating", "url"), {}).toPromise();
    await client.query(of("year", "ratedAt", "width"), {}).toPromise();
    const both = of("title year", "rating ratedAt", "url width");
    const { data, error } = await client.query(both, {}, { requestPolicy: "cache-only" }).toPromise();
    expect(error).toBeUndefined();
    expect(data.user.topRatings).toEqual([
      expect.objectContaining({
        rating: expect.any(Number),
        ratedAt: expect.any(String),
        movie: expect.objectContaining({ title: expect.any(String), year: expect.any(Number) }),
      }),
    ]);
    expect(data.user.topRatings[0].movie.poster).toMatchObject({ url: expect.any(String), width: expect.any(Number) });
  });
});
