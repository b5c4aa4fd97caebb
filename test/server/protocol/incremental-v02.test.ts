/** Later parts in the format of today: what is announced, what comes, and Apollo Client's own reading of both formats. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkSignal } from "../../../src/event-loop.js";
import type { App } from "../../../src/server/app.js";
import { serve } from "../../../src/server/listen.js";
import { createTranslation } from "../../../src/server/protocol/incremental-v02.js";
import { type StartOptions, start } from "../../support/fixture.js";

interface Pending {
  id: string;
  path: (string | number)[];
  label?: string;
}

interface Payload {
  data?: unknown;
  hasNext?: boolean;
  pending?: Pending[];
  incremental?: { id: string; data?: unknown; items?: unknown[]; errors?: unknown[] }[];
  completed?: { id: string; errors?: { message: string; extensions: { code: string } }[] }[];
}

const begin = (options: StartOptions = {}) => start({ defer: true, ...options });

async function post(app: App, query: string, variables = {}, accept = "multipart/mixed;incrementalSpec=v0.2") {
  return app.fetch("http://localhost/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: `${accept}, application/json` },
    body: JSON.stringify({ query, variables }),
  });
}

async function payloads(app: App, query: string, variables = {}): Promise<Payload[]> {
  const response = await post(app, query, variables);
  expect(response.headers.get("content-type")).toBe('multipart/mixed; boundary="-"; incrementalSpec=v0.2');
  return (await response.text())
    .split("\r\n---")
    .map((part) => part.slice(part.indexOf("{")))
    .filter((part) => part.startsWith("{"))
    .map((part) => JSON.parse(part));
}

/** As the specification has a client do it: every id is announced before it is used, and completed once. */
function assemble(parts: Payload[]): { data: unknown; pending: Pending[]; errors: unknown[] } {
  const known = new Map<string, Pending>();
  const openIds = new Set<string>();
  const errors: unknown[] = [];
  const [{ data }] = parts;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
  const at = (path: (string | number)[]) => path.reduce((value: any, key) => value[key], data);
  for (const { pending = [], incremental = [], completed = [] } of parts) {
    for (const one of pending) {
      expect(known.has(one.id)).toBe(false);
      known.set(one.id, one);
      openIds.add(one.id);
    }
    for (const { id, data: late, items, errors: told = [] } of incremental) {
      expect(openIds).toContain(id);
      if (items === undefined) mergeInto(at(known.get(id)!.path), late as object);
      else at(known.get(id)!.path).push(...items);
      errors.push(...told);
    }
    for (const { id, errors: told = [] } of completed) {
      expect(openIds.delete(id)).toBe(true);
      errors.push(...told);
    }
  }
  expect([...openIds]).toEqual([]);
  expect(parts.map(({ hasNext }) => hasNext)).toEqual([...Array(parts.length - 1).fill(true), false]);
  return { data, pending: [...known.values()], errors };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
function mergeInto(target: any, source: any): void {
  for (const [key, value] of Object.entries(source)) {
    if (typeof value === "object" && value !== null && typeof target[key] === "object") mergeInto(target[key], value);
    else target[key] = value;
  }
}

const withoutDirectives = (query: string) => query.replace(/@(?:defer|stream)(?:\([^)]*\))?/g, "");

describe("the format of today", () => {
  test("announces a part with its path and label, and says when it is complete", async () => {
    const { app } = await begin();
    const parts = await payloads(app, `{ movie(id: 1) { title ... @defer(label: "rest") { year } } }`);
    expect(parts[0]).toEqual({
      data: { movie: { title: "Toy Story" } },
      pending: [{ id: "0", path: ["movie"], label: "rest" }],
      hasNext: true,
    });
    expect(parts.slice(1).flatMap(({ incremental = [] }) => incremental)).toEqual([{ id: "0", data: { year: 1995 } }]);
    expect(parts.slice(1).flatMap(({ completed = [] }) => completed)).toEqual([{ id: "0" }]);
  });

  test.each([
    ["two unnamed ones at one place", "{ movie(id: 1) { title ... @defer { year } ... @defer { genres } } }", 2],
    ["one at the root", "{ movie(id: 1) { title } ... @defer { topMovies(first: 2) { movie { title } } } }", 1],
    [
      "one within another",
      "{ movie(id: 1) { title ... @defer { year similarPosters(first: 2) { movie { title ... @defer { year } } } } } }",
      3,
    ],
    ["one within another at the same place", "{ movie(id: 1) { title ... @defer { year ... @defer { genres } } } }", 2],
    [
      "a named fragment, deferred twice",
      '{ movie(id: 1) { title ...F @defer(label: "a") ...F @defer(label: "b") } } fragment F on Movie { year ... @defer { genres } }',
      4,
    ],
    [
      "one for each item of a list",
      "{ movie(id: 1) { similarPosters(first: 3) { similarity ... @defer { movie { title } } } } }",
      3,
    ],
    ["a list", "{ movie(id: 1) { title similarPosters(first: 4) @stream(initialCount: 1) { movie { title } } } }", 1],
    [
      "a list with parts in its items",
      "{ movie(id: 1) { list: similarPosters(first: 3) @stream(initialCount: 0) { similarity ... @defer { movie { title } } } } }",
      4,
    ],
    [
      "one of an interface's types",
      '{ node(id: "TW92aWU6MQ==") { id ... on Movie @defer { title } ... on User @defer { topRated } } }',
      1,
    ],
    [
      "a list that is there at once, and as long",
      "{ movie(id: 1) { similarPosters(first: 2) @stream(initialCount: 2) { movie { title } } ... @defer { year } } }",
      2,
    ],
  ])("tells %s, and together they are what the query says without", async (_what, query, announced) => {
    const { app, data } = await begin();
    const { data: together, pending, errors } = assemble(await payloads(app, query));
    expect(errors).toEqual([]);
    expect(pending).toHaveLength(announced);
    const once = query.includes("deferred twice") ? query : withoutDirectives(query);
    expect(together).toEqual(await data(once));
  });

  test("announces what variables say is deferred, and nothing else", async () => {
    const { app } = await begin();
    const query = `query ($late: Boolean = false, $too: Boolean, $year: Boolean!) {
      movie(id: 1) { title ... @defer(if: $late) { genres } ... @defer(if: $too) { ratingCount } ... @include(if: $year) @defer { year } }
    }`;
    const { pending, data } = assemble(await payloads(app, query, { year: false }));
    expect(pending).toEqual([{ id: "0", path: ["movie"] }]);
    expect(data).toMatchObject({
      movie: { title: "Toy Story", genres: expect.any(Array), ratingCount: expect.any(Number) },
    });
    const whole = await post(app, query, { year: true, too: false, late: false });
    expect(assemble(await partsOfText(whole)).data).toMatchObject({ movie: { year: 1995 } });
  });

  test("leaves no mark in an answer that is whole after all", async () => {
    const { app } = await begin();
    const response = await post(
      app,
      `{ node(id: "TW92aWU6MQ==") { id ... on User @defer { topRated } } movie(id: 1) { title } }`,
    );
    expect(await response.json()).toEqual({ data: { node: { id: "TW92aWU6MQ==" }, movie: { title: "Toy Story" } } });
  });

  test("says what of it failed: a part with its error, and all that are open when the time is over", async () => {
    const { app, services } = await begin({ requestTimeoutMs: 3000 });
    services.models.get = () => new Promise(() => {});
    const parts = await payloads(
      app,
      "{ movie(id: 1) { title ... @defer { year } ... @defer { predictedRating(userId: 42) } } }",
    );
    const { data, errors } = assemble(parts);
    expect(data).toEqual({ movie: { title: "Toy Story", year: 1995 } });
    expect(errors).toMatchObject([{ extensions: { code: "TIMEOUT" } }]);
  });

  test("is worked on no longer when its client has gone", async () => {
    const { app, services } = await begin();
    let ended: unknown;
    services.models.get = async () => {
      for (;;) {
        await new Promise((again) => setTimeout(again, 5));
        try {
          checkSignal();
        } catch (error) {
          ended = error;
          throw error;
        }
      }
    };
    const { body } = await post(app, "{ movie(id: 1) { title ... @defer { predictedRating(userId: 42) } } }");
    const reader = body!.getReader();
    await reader.read();
    await reader.cancel();
    await expect.poll(() => ended).toMatchObject({ code: "INTERRUPTED" });
  });

  test("counts and refuses as ever: marks are no fields of the query", async () => {
    const { app } = await begin();
    const fields = Array.from({ length: 30 }, () => "... @defer { year }").join(" ");
    const { pending } = assemble(await payloads(app, `{ movie(id: 1) { title ${fields} } }`));
    expect(pending).toHaveLength(30);
    const refused = await post(
      app,
      "mutation { rateMovie(input: { movieId: 1, rating: 4 }) { ... @defer { __typename } } }",
    );
    expect(await refused.text()).toContain("expected @defer and @stream in queries only");
    const old = await post(
      app,
      "{ movie(id: 1) { title ... @defer { year } } }",
      {},
      "multipart/mixed;deferSpec=20220824",
    );
    const text = await old.text();
    expect(text).toContain('"incremental":[{"data":{"year":1995},"path":["movie"]}]');
    expect(text).not.toContain("pending");
  });
});

async function partsOfText(response: Response): Promise<Payload[]> {
  const text = await response.text();
  if (text.startsWith("{")) return [{ ...JSON.parse(text), hasNext: false }];
  return text
    .split("\r\n---")
    .map((part) => part.slice(part.indexOf("{")))
    .filter((part) => part.startsWith("{"))
    .map((part) => JSON.parse(part));
}

describe("a translation", () => {
  test("announces what comes before the part that it lies in, once", () => {
    const { first, later } = createTranslation([{ label: "outer" }, {}]);
    expect(first({ data: { movie: { title: "A", __later_0: "Movie" } } })).toEqual({
      data: { movie: { title: "A" } },
      pending: [{ id: "0", path: ["movie"], label: "outer" }],
    });
    expect(later({ incremental: [{ path: ["movie"], label: "1", data: { genres: [] } }], hasNext: true })).toEqual({
      pending: [{ id: "1", path: ["movie"] }],
      incremental: [{ id: "1", data: { genres: [] } }],
      completed: [{ id: "1" }],
      hasNext: true,
    });
    const outer = { path: ["movie"], label: "0", data: { year: 1, __later_1: "Movie" } };
    expect(later({ incremental: [outer], hasNext: false })).toEqual({
      incremental: [{ id: "0", data: { year: 1 } }],
      completed: [{ id: "0" }],
      hasNext: false,
    });
  });

  test("completes with its error what came to nothing, which is then complete no more", () => {
    const { first, later } = createTranslation([{}, { list: { name: "list", initialCount: 0 } }]);
    first({ data: { __later_0: "Query", __later_1: "Query", list: [] } });
    const errors = [{ message: "no" }] as never;
    const parts = [
      { path: [], label: "0", data: null, errors },
      { path: ["list", 0], label: "1", items: null, errors },
    ];
    expect(later({ incremental: parts, hasNext: false })).toEqual({
      completed: [
        { id: "0", errors },
        { id: "1", errors },
      ],
      hasNext: false,
    });
  });
});

describe("Apollo Client", () => {
  interface Seen {
    data?: unknown;
    error?: { message: string };
  }

  async function read(query: string, handler: "today" | "2022", options: StartOptions = {}): Promise<Seen[]> {
    const { app } = await begin(options);
    const server = await serve(app, "127.0.0.1", 0);
    onTestFinished(() => server.stop());
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${server.address}/graphql` }),
      cache: new InMemoryCache(),
      incrementalHandler: handler === "today" ? new GraphQL17Alpha9Handler() : new Defer20220824Handler(),
    });
    const seen: Seen[] = [];
    await new Promise<void>((resolve) => {
      const watching = client.watchQuery({ query: gql(query), errorPolicy: "all" }).subscribe((result) => {
        if (result.data !== undefined) seen.push(result as Seen);
        if (result.loading) return;
        watching.unsubscribe();
        resolve();
      });
    });
    return seen;
  }

  describe.each(["today", "2022"] as const)("with the format of %s", (handler) => {
    test("shows what is quick, and then everything", async () => {
      const seen = await read(
        "{ movie(id: 1) { id title ... @defer { year similarPosters(first: 2) { similarity } } } }",
        handler,
      );
      expect(seen[0].data).toEqual({ movie: { __typename: "Movie", id: expect.any(String), title: "Toy Story" } });
      expect(seen.at(-1)).toMatchObject({ data: { movie: { title: "Toy Story", year: 1995 } } });
      expect((seen.at(-1)!.data as { movie: { similarPosters: unknown[] } }).movie.similarPosters).toHaveLength(2);
    });

    test("shows a list as it comes", async () => {
      const seen = await read(
        "{ movie(id: 1) { id title similarPosters(first: 4) @stream(initialCount: 1) { similarity movie { id title } } } }",
        handler,
      );
      const lengths = seen.map(
        ({ data }) => (data as { movie: { similarPosters: unknown[] } }).movie.similarPosters.length,
      );
      expect(lengths[0]).toBe(1);
      expect(lengths.at(-1)).toBe(4);
      const whole = await read(
        "{ movie(id: 1) { id title similarPosters(first: 4) { similarity movie { id title } } } }",
        handler,
      );
      expect(seen.at(-1)?.data).toEqual(whole.at(-1)?.data);
    });
  });
});
