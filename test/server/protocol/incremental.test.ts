/** Answers that come in parts: what is quick first, what is deferred later, each part as safe as a whole answer. */
import { setTimeout } from "node:timers/promises";
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { Defer20220824Handler } from "@apollo/client/incremental";
import { Client, fetchExchange } from "@urql/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { checkSignal } from "../../../src/event-loop.js";
import type { App } from "../../../src/server/app.js";
import { serve } from "../../../src/server/listen.js";
import type { Services } from "../../../src/services/services.js";
import { rawDatabase } from "../../support/database.js";
import { type AskOptions, answerOf, type StartOptions, start } from "../../support/fixture.js";

interface Part {
  path?: (string | number)[];
  label?: string;
  data?: unknown;
  items?: unknown[];
  errors?: { message: string; extensions: { code: string } }[];
}

interface Payload {
  data?: unknown;
  hasNext?: boolean;
  incremental?: Part[];
  errors?: Part["errors"];
}

const begin = (options: StartOptions = {}) => start({ defer: true, ...options });

async function post(app: App, query: string, { token, headers }: AskOptions = {}): Promise<Response> {
  return app.fetch("http://localhost/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "multipart/mixed; deferSpec=20220824, application/json",
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
}

/** As a client of the multipart protocol reads them. */
async function payloadsOf(response: Response): Promise<Payload[]> {
  expect(response.headers.get("content-type")).toBe('multipart/mixed; boundary="-"');
  const text = await response.text();
  expect(text.trim().endsWith("-----")).toBe(true);
  return text
    .split("\r\n---")
    .map((part) => part.slice(part.indexOf("{")))
    .filter((part) => part.startsWith("{"))
    .map((part) => JSON.parse(part));
}

/** The model comes to no end but that of its signal. @returns a function that gives what it ended with */
function keepBusy({ models }: Services): () => unknown {
  let ended: unknown;
  models.get = async () => {
    for (;;) {
      await setTimeout(10);
      try {
        checkSignal();
      } catch (error) {
        ended = error;
        throw error;
      }
    }
  };
  return () => ended;
}

const parts = (payloads: Payload[]) => payloads.flatMap(({ incremental = [] }) => incremental);

describe("@defer", () => {
  test("sends what is quick first, and the rest under its path and label", async () => {
    const { app } = await begin();
    const response = await post(
      app,
      `{ movie(id: 1) { title ... @defer(label: "taste") { predictedRating(userId: 42) posterSimilarity(movieId: 858) } } }`,
    );
    const [first, ...later] = await payloadsOf(response);
    expect(first).toEqual({ data: { movie: { title: "Toy Story" } }, hasNext: true });
    expect(parts(later)).toEqual([
      {
        path: ["movie"],
        label: "taste",
        data: { predictedRating: expect.any(Number), posterSimilarity: expect.any(Number) },
      },
    ]);
    expect(later.at(-1)?.hasNext).toBe(false);
  });

  test("together with the quick part says what the query without it says", async () => {
    const { app, data } = await begin();
    const fields = "similarPosters(first: 3) { similarity movie { title } }";
    const [, ...later] = await payloadsOf(
      await post(app, `{ movie(id: 1) { title ...F @defer } } fragment F on Movie { ${fields} }`),
    );
    expect(parts(later)[0].data).toEqual((await data(`{ movie(id: 1) { ${fields} } }`)).movie);
  });

  test("with if: false, and where nothing is deferred, the answer is whole", async () => {
    const { app } = await begin();
    for (const rest of ["... @defer(if: false) { year }", "year"]) {
      const response = await post(app, `{ movie(id: 1) { title ${rest} } }`);
      expect(await payloadsOrAnswer(response)).toEqual({ movie: { title: "Toy Story", year: 1995 } });
    }
  });

  test("comes as server-sent events too", async () => {
    const { app } = await begin();
    const response = await post(app, "{ movie(id: 1) { title ... @defer { year } } }", {
      headers: { accept: "text/event-stream" },
    });
    const text = await response.text();
    const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json) as Payload);
    expect(events[0]).toMatchObject({ data: { movie: { title: "Toy Story" } }, hasNext: true });
    expect(parts(events)).toEqual([{ path: ["movie"], data: { year: 1995 } }]);
  });

  test("is refused to a client that takes whole answers only", async () => {
    const { app } = await begin();
    const response = await post(app, "{ movie(id: 1) { title ... @defer { year } } }", {
      headers: { accept: "application/json" },
    });
    expect(response.status).toBe(406);
  });

  test.each([
    [`mutation { rateMovie(input: { userId: 42, movieId: 1, rating: 4 }) { ... @defer { __typename } } }`, "mutation"],
    [
      `mutation { rateMovie(input: { userId: 42, movieId: 1, rating: 4 }) { ...F } } fragment F on RateMovieResult { ... @defer { __typename } }`,
      "mutation",
    ],
    ["subscription { ratingAdded(userId: 42) { ... @defer { rating } } }", "subscription"],
  ])("is for queries alone: %s", async (query, operation) => {
    const { app, services, token } = await begin();
    const answer = await answerOf(await post(app, query, { token }));
    expect(answer.errors).toMatchObject([
      {
        code: "GRAPHQL_VALIDATION_FAILED",
        message: `expected @defer and @stream in queries only, received one in a ${operation}`,
      },
    ]);
    expect(rawDatabase(services).prepare("SELECT count(*) AS n FROM ratings WHERE edited").get()).toEqual({ n: 0 });
  });

  test("has no place in a batch, nor has a subscription: the others of it are answered", async () => {
    const { app, services } = await begin();
    const response = await app.fetch("http://localhost/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "multipart/mixed, application/json" },
      body: JSON.stringify([
        { query: "{ movie(id: 1) { title } }" },
        { query: "{ movie(id: 1) { title ... @defer { year } } }" },
        { query: "subscription { ratingAdded(userId: 42) { rating } }" },
      ]),
    });
    expect(response.status).toBe(200);
    const refusal = {
      errors: [
        {
          message: "expected only queries and mutations without @defer and @stream in a batch",
          extensions: { code: "INVALID_ARGUMENT" },
        },
      ],
    };
    expect(await response.json()).toEqual([{ data: { movie: { title: "Toy Story" } } }, refusal, refusal]);
    expect(services.store.changeReaders).toBe(0);
  });

  test("is unknown to a server that does not offer it", async () => {
    const { ask } = await start();
    const { errors } = await ask("{ movie(id: 1) { title ... @defer { year } } }");
    expect(errors).toMatchObject([{ code: "GRAPHQL_VALIDATION_FAILED", message: 'Unknown directive "@defer".' }]);
  });
});

test("@stream sends a list's objects as they come", async () => {
  const { app, data } = await begin();
  const list = (directive: string) => `{ user(id: 3997) { topRatings(first: 4) ${directive} { movie { title } } } }`;
  const [first, ...later] = await payloadsOf(await post(app, list("@stream(initialCount: 1)")));
  const whole = (await data(list(""))).user.topRatings;
  expect(first.data).toEqual({ user: { topRatings: whole.slice(0, 1) } });
  expect(parts(later).flatMap(({ items = [] }) => items)).toEqual(whole.slice(1));
});

describe("a part that comes later", () => {
  test("shows its errors with their codes, masked where they are ours", async () => {
    const { app, services } = await begin();
    services.models.get = async () => {
      throw new Error("secret of the server");
    };
    const response = await post(
      app,
      `{ movie(id: 1) { title ... @defer { predictedRating(userId: 42) } ... @defer { posterSimilarity(userId: 42, movieId: 1) } } }`,
    );
    const [first, ...later] = await payloadsOf(response);
    expect(first.data).toEqual({ movie: { title: "Toy Story" } });
    expect(JSON.stringify(later)).not.toContain("secret");
    const errors = parts(later).flatMap(({ errors = [] }) => errors);
    expect(errors.map(({ extensions }) => extensions.code).sort()).toEqual([
      "INTERNAL_SERVER_ERROR",
      "INVALID_ARGUMENT",
    ]);
  });

  test("is private as in a whole answer", async () => {
    const { app } = await begin({ publicUsers: "none" });
    const response = await post(app, "{ user(id: 42) { userId ... @defer { gender topRated } } }");
    const [first, ...later] = await payloadsOf(response);
    expect(first.data).toEqual({ user: { userId: 42 } });
    expect(parts(later).flatMap(({ errors = [] }) => errors)[0].extensions.code).toBe("UNAUTHENTICATED");
    expect(JSON.stringify(later)).not.toContain("Toy Story");
  });

  test("costs as much as in a whole answer", async () => {
    const { app } = await begin();
    const query = "{ ... @defer { users(first: 100) { edges { node { recommendations(first: 100) { title } } } } } }";
    const text = await (await post(app, query)).text();
    expect(text).toContain('"INVALID_ARGUMENT"');
    expect(text).not.toContain("Film");
  });

  test("must come within the time of the request: TIMEOUT says so, and its work ends", async () => {
    const { app, services } = await begin({ requestTimeoutMs: 300 });
    const ended = keepBusy(services);
    const payloads = await payloadsOf(
      await post(app, "{ movie(id: 1) { title ... @defer { predictedRating(userId: 42) } } }"),
    );
    expect(payloads[0]).toEqual({ data: { movie: { title: "Toy Story" } }, hasNext: true });
    expect(payloads.at(-1)).toEqual({
      hasNext: false,
      incremental: [
        {
          path: [],
          errors: [
            {
              message: "the query took longer than 300 ms: request less",
              extensions: { code: "TIMEOUT" },
            },
          ],
        },
      ],
    });
    await expect.poll(ended).toBeInstanceOf(AppError);
  });

  test("is given up when the client goes", async () => {
    const { app, services } = await begin();
    const ended = keepBusy(services);
    const response = await post(app, "{ movie(id: 1) { title ... @defer { predictedRating(userId: 42) } } }");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.cancel();
    await expect.poll(ended).toMatchObject({ code: "INTERRUPTED" });
  });
});

describe("clients of today", () => {
  const query = "{ movie(id: 1) { __typename id title ... on Movie @defer { year predictedRating(userId: 42) } } }";

  interface Seen {
    data?: { movie?: { title: string; year?: number } };
    error?: { message: string };
  }

  async function address(isLate: boolean): Promise<string> {
    const { app, services } = await begin({ requestTimeoutMs: 400 });
    if (isLate) services.models.get = () => new Promise(() => {});
    const server = await serve(app, "127.0.0.1", 0);
    onTestFinished(() => server.stop());
    return `${server.address}/graphql`;
  }

  async function readByApollo(uri: string, seen: (result: Seen) => void): Promise<void> {
    const client = new ApolloClient({
      link: new HttpLink({ uri }),
      cache: new InMemoryCache(),
      incrementalHandler: new Defer20220824Handler(),
    });
    await new Promise<void>((resolve) => {
      const watching = client.watchQuery({ query: gql(query), errorPolicy: "all" }).subscribe((result) => {
        if (result.data !== undefined) seen(result as Seen);
        if (result.loading) return;
        watching.unsubscribe();
        resolve();
      });
    });
  }

  async function readByUrql(url: string, seen: (result: Seen) => void): Promise<void> {
    const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
    await new Promise<void>((resolve) => {
      client.query(query, {}).subscribe((result) => {
        seen(result);
        if (!result.hasNext) resolve();
      });
    });
  }

  describe.each([
    { client: "Apollo Client", read: readByApollo },
    { client: "urql", read: readByUrql },
  ])("$client", ({ read }) => {
    const shown = ({ data, error }: Seen) => [data?.movie?.title, data?.movie?.year, error?.message];

    test("shows what is quick, and then everything", async () => {
      const seen: Seen[] = [];
      await read(await address(false), (result) => seen.push(result));
      expect(seen.map(shown)).toEqual([
        ["Toy Story", undefined, undefined],
        ["Toy Story", 1995, undefined],
      ]);
    });

    test("keeps what it has when the rest comes too late, and says so", async () => {
      const seen: Seen[] = [];
      await read(await address(true), (result) => seen.push(result));
      expect(seen.map(shown)).toEqual([
        ["Toy Story", undefined, undefined],
        ["Toy Story", undefined, expect.stringContaining("the query took longer than 400 ms")],
      ]);
    });
  });
});

async function payloadsOrAnswer(response: Response): Promise<unknown> {
  if (response.headers.get("content-type")?.startsWith("multipart/mixed")) return (await payloadsOf(response))[0].data;
  return (await answerOf(response)).data;
}
