/** What one request may ask for and how it may come; what is refused says why, with a code, before any work. */
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { describe, expect, test } from "vitest";
import { answerOf, countModelCalls, fixture, globalId, start } from "../fixture.js";

const url = "http://marquee.test/graphql";
const mutation =
  "mutation { rateMovie(input: { userId: 42, movieId: 1, rating: 1 }) { ... on RateMoviePayload { rating { rating } } } }";

describe("the size of a query", () => {
  test("in depth", async () => {
    const { ask } = await start();
    const nested = (levels: number): string =>
      levels === 0 ? "rating" : `user { topRatings(first: 1) { ${nested(levels - 1)} } }`;
    const query = (levels: number) => `{ user(id: 42) { topRatings(first: 1) { ${nested(levels)} } } }`;
    expect((await ask(query(4))).errors).toBeUndefined();
    const { data, errors } = await ask(query(5));
    expect(data).toEqual({ user: null });
    expect(errors).toMatchObject([
      {
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(
          /^expected a query of cost up to 20000, depth up to 12 and up to 300 fields, received cost \d+, depth 13, \d+ fields: ask for fewer movies or fields$/,
        ),
      },
    ]);
  });

  test("in cost, before anything of it is done", async () => {
    const { ask, services } = await start();
    const counted = countModelCalls(services);
    const { errors } = await ask(
      "{ users(first: 100) { edges { node { recommendations(first: 100) { title movie { title } } } } } }",
    );
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT", message: expect.stringContaining("received cost ") }]);
    expect(counted.calls).toEqual([]);
  });

  test("in cost, with room for a page of 100 movies and all that a list shows of them", async () => {
    const { data } = await start();
    const { movies } =
      await data(`{ movies(first: 100) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
      id movieId title givenTitle year genres imdbId tmdbId ratingCount meanRating poster { url width height }
      a: predictedRating(userId: 42) b: predictedRating(userId: 5) c: predictedRating(userId: 3997) posterSimilarity(userId: 42)
    } } } }`);
    expect(movies.edges).toHaveLength(100);
  });

  test("in cost by how many rankings and posters it takes", async () => {
    const { ask } = await start();
    const rankings = (n: number) => `{ users(first: ${n}) { edges { node { recommendations(first: 1) { title } } } } }`;
    expect((await ask(rankings(12))).errors).toBeUndefined();
    const many = Array.from(
      { length: 20 },
      (_, i) => `a${i}: users(first: 12) { edges { node { recommendations(first: 1) { title } } } }`,
    );
    expect((await ask(`{ ${many.join(" ")} }`)).errors?.[0].message).toContain("received cost ");
    const similar = Array.from(
      { length: 25 },
      (_, i) => `a${i}: recommendations(similar: true, candidates: 1000) { title }`,
    );
    expect((await ask(`{ user(id: 42) { ${similar.join(" ")} } }`)).errors?.[0].message).toContain("received cost ");
  });

  test("in cost by the number of ids that nodes is asked for", async () => {
    const { ask, services } = await start();
    const counted = countModelCalls(services);
    const ids = Array.from({ length: 2000 }, (_, i) => globalId("User", fixture.users[i % 12].id));
    const { errors } = await ask(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on User { recommendations { title } } } }",
      { variables: { ids } },
    );
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT", message: expect.stringContaining("received cost ") }]);
    expect(counted.calls).toEqual([]);
  });

  test("in fields", async () => {
    const { ask } = await start();
    const { errors } = await ask(`{ movie(id: 1) { ${"title ".repeat(301)} } }`);
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT", message: expect.stringContaining("302 fields") }]);
  });

  test("in aliases", async () => {
    const { ask } = await start();
    const query = (n: number) =>
      `{ ${Array.from({ length: n }, (_, i) => `a${i}: movie(id: 1) { title }`).join(" ")} }`;
    expect((await ask(query(30))).errors).toBeUndefined();
    expect((await ask(query(31))).errors).toMatchObject([
      { code: "BAD_USER_INPUT", message: "Syntax Error: Aliases limit of 30 exceeded, found 31." },
    ]);
  });

  test("in tokens", async () => {
    const { ask } = await start();
    const { errors } = await ask(`{ movie(id: 1) { ${"title ".repeat(2000)} } }`);
    expect(errors).toMatchObject([
      { code: "GRAPHQL_PARSE_FAILED", message: "Syntax Error: Token limit of 2000 exceeded." },
    ]);
  });

  test("in fragments that spread each other twice, in time that does not double with each", async () => {
    const { ask } = await start();
    const fragments = Array.from({ length: 100 }, (_, i) => `fragment f${i} on Movie { ...f${i + 1} ...f${i + 1} }`);
    const { errors } = await ask(`{ movie(id: 1) { ...f0 } } ${fragments.join(" ")} fragment f100 on Movie { title }`);
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT" }]);
  });

  test("in nested introspection", async () => {
    const { ask } = await start();
    const nested = (levels: number): string =>
      levels === 0 ? "name" : `name fields { type { ${nested(levels - 1)} } }`;
    const { errors } = await ask(`{ __schema { types { ${nested(6)} } } }`);
    expect(errors).toMatchObject([
      { code: "GRAPHQL_VALIDATION_FAILED", message: "Maximum introspection depth exceeded" },
    ]);
  });
});

test("introspection gives the whole schema, every type and field described", async () => {
  const { data } = await start();
  const schema = buildClientSchema((await data(getIntrospectionQuery())) as IntrospectionQuery);
  const missing: string[] = [];
  for (const type of Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"))) {
    if (!type.description) missing.push(type.name);
    if (!("getFields" in type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.description) missing.push(`${type.name}.${field.name}`);
      for (const arg of "args" in field ? field.args : []) {
        if (!arg.description) missing.push(`${type.name}.${field.name}(${arg.name})`);
      }
    }
  }
  expect(missing).toEqual([]);
});

describe("the body of a request", () => {
  const post = async (type: string | undefined, body: string | FormData | URLSearchParams, maxBodyBytes?: number) => {
    const { app } = await start({ maxBodyBytes });
    const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
    return app.fetch(url, { method: "POST", headers, body });
  };

  test("may be as long as the limit and no longer, counted in bytes", async () => {
    const body = (bytes: number) => {
      const frame = ['{"query":"{ movie(id: 1) { title } }","extensions":{"x":"', '"}}'];
      return frame.join("é".repeat((bytes - frame.join("").length) / 2));
    };
    const fits = await post("application/json", body(2000), 2000);
    expect(await answerOf(fits)).toMatchObject({ status: 200, data: { movie: { title: "Toy Story" } } });
    const tooLong = await answerOf(await post("application/json", body(2002), 2000));
    expect(tooLong).toMatchObject({
      status: 413,
      errors: [{ code: "BODY_TOO_LARGE", message: "expected a request body of up to 2000 bytes, received more" }],
    });
  });

  const query = "{ movie(id: 1) { title } }";
  const form = new FormData();
  form.set("operations", JSON.stringify({ query }));
  form.set("map", "{}");
  test.each<[string, string | undefined, string | FormData | URLSearchParams, string]>([
    ["a form", undefined, new URLSearchParams({ query }), "application/x-www-form-urlencoded"],
    ["plain text", "text/plain", JSON.stringify({ query }), "text/plain"],
    ["a query as it is", "application/graphql", query, "application/graphql"],
    ["XML", "application/xml", "<query/>", "application/xml"],
    [
      "text that says it is JSON",
      "text/plain; application/json",
      JSON.stringify({ query }),
      "text/plain; application/json",
    ],
  ])("may not be %s, which a page in a browser could send from anywhere", async (_what, type, body, named) => {
    const answer = await answerOf(await post(type, body));
    expect(answer).toMatchObject({ status: 415, errors: [{ code: "INVALID_ARGUMENT" }] });
    expect(answer.errors?.[0].message).toMatch(
      new RegExp(`^expected a body of type application/json, received "${named.replace("/", "\\/")}`),
    );
  });

  test("may not be a form with files, which a page in a browser could send from anywhere", async () => {
    const answer = await answerOf(await post(undefined, form));
    expect(answer).toMatchObject({
      status: 403,
      errors: [
        {
          code: "INVALID_ARGUMENT",
          message:
            "expected a multipart request with a header of authorization, graphql-require-preflight, apollo-require-preflight, received none of them",
        },
      ],
    });
  });

  test.each(["application/json", "application/json; charset=utf-8", "Application/JSON"])("may be %s", async (type) => {
    const answer = await answerOf(
      await post(type.toLowerCase() === type ? type : "application/json", JSON.stringify({ query })),
    );
    expect(answer).toMatchObject({ status: 200, data: { movie: { title: "Toy Story" } } });
  });

  test.each([
    ["{", "POST body sent invalid JSON."],
    ["null", "POST body is expected to be object but received null"],
    ["{}", "Must provide query string."],
  ])("of %j is refused with a reason", async (body, message) => {
    const answer = await answerOf(await post("application/json", body));
    expect(answer).toMatchObject({ data: undefined, errors: [{ code: "BAD_REQUEST", message }] });
  });
});

describe("GET", () => {
  test("answers queries", async () => {
    const { app } = await start();
    const response = await app.fetch(`${url}?query=${encodeURIComponent("{ movie(id: 1) { title } }")}`, {
      headers: { accept: "application/json" },
    });
    expect(await answerOf(response)).toMatchObject({ status: 200, data: { movie: { title: "Toy Story" } } });
  });

  test("refuses mutations, with a token too", async () => {
    const { app, services, token } = await start();
    const response = await app.fetch(`${url}?query=${encodeURIComponent(mutation)}`, {
      headers: { accept: "application/json", authorization: `Bearer ${token}` },
    });
    expect(await answerOf(response)).toMatchObject({
      status: 405,
      errors: [{ message: "Can only perform a mutation operation from a POST request." }],
    });
    expect(services.db.sqlite.prepare("SELECT count(*) AS n FROM ratings WHERE edited").get()).toEqual({ n: 0 });
  });
});

describe("the time of a request", () => {
  test("is limited: TIMEOUT says how long", async () => {
    const { ask, services } = await start({ requestTimeoutMs: 150 });
    const { models } = services;
    const get = models.get.bind(models);
    models.get = async (name) => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return get(name);
    };
    const { data, errors } = await ask("{ movie(id: 1) { predictedRating(userId: 42) } }");
    expect(data ?? null).toBeNull();
    expect(errors).toEqual([
      {
        code: "TIMEOUT",
        message: "expected an answer within 150 ms, but this query took longer: ask for less",
        path: undefined,
      },
    ]);
  });

  test("is not used further by a query that was answered with TIMEOUT", async () => {
    const log: string[] = [];
    const { ask, services } = await start({ requestTimeoutMs: 500, onSql: (sql) => log.push(sql) });
    const { models } = services;
    const get = models.get.bind(models);
    let predicted: Promise<void> | undefined;
    models.get = (name) => {
      const waited = new Promise((resolve) => setTimeout(resolve, 1500)).then(() => get(name));
      predicted = waited.then(() => {});
      return waited;
    };
    const { errors } = await ask("{ user(id: 42) { recommendations { movie { title poster { url } } } } }");
    expect(errors).toMatchObject([{ code: "TIMEOUT" }]);
    await predicted;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(log.join()).toContain("FROM ratings");
    expect(log.join()).not.toContain('from "posters"');
  });

  test("limits nothing that is fast enough", async () => {
    const { data } = await start({ requestTimeoutMs: 30_000 });
    expect(await data("{ movie(id: 1) { title } }")).toEqual({ movie: { title: "Toy Story" } });
  });
});

describe("other origins", () => {
  const preflight = {
    method: "OPTIONS",
    headers: { origin: "https://elsewhere.test", "access-control-request-method": "POST" },
  };

  test("may ask where mutations need a token", async () => {
    const { app } = await start();
    const response = await app.fetch(url, preflight);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://elsewhere.test");
  });

  test("may not where they need none", async () => {
    const { app } = await start({ auth: "off" });
    const response = await app.fetch(url, preflight);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});
