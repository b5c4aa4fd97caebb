/** What one request may ask for and how it may come; what is refused says why, with a code, before any work. */
import { createHash } from "node:crypto";
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.js";
import { createYield, withoutSignal, withSignal } from "../../src/event-loop.js";
import { maxBatch } from "../../src/posters/encoders/embedder.js";
import { savePoster } from "../../src/posters/images/poster-files.js";
import { createPosterIndex, nearestPosters } from "../../src/posters/vectors/neighbours.js";
import type { App } from "../../src/server/app.js";
import { rawDatabase } from "../support/database.js";
import { answerOf, countModelCalls, fixture, globalId, start } from "../support/fixture.js";

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
          /^expected a query with cost up to 20000, depth up to 12 and up to 300 fields, received cost \d+, depth 13, \d+ fields: request fewer movies or fields$/,
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

test("introspection gives the whole schema, every type, field, argument and enum value described", async () => {
  const { data } = await start();
  const schema = buildClientSchema((await data(getIntrospectionQuery())) as IntrospectionQuery);
  const missing: string[] = [];
  for (const type of Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"))) {
    if (!type.description) missing.push(type.name);
    for (const value of "getValues" in type ? type.getValues() : []) {
      if (!value.description) missing.push(`${type.name}.${value.name}`);
    }
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
            "expected a multipart request with one of the headers authorization, graphql-require-preflight, apollo-require-preflight, received none of them",
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
    expect(rawDatabase(services).prepare("SELECT count(*) AS n FROM ratings WHERE edited").get()).toEqual({ n: 0 });
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
        message: "the query took longer than 150 ms: request less",
        path: undefined,
      },
    ]);
  });

  test("ends what the model is at, and a search among posters", async () => {
    const signal = AbortSignal.abort(new AppError("TIMEOUT", "too late"));
    const pause = withSignal(signal, createYield);
    expect(() => pause()).toThrow("too late");
    expect(withSignal(signal, () => withoutSignal(createYield))()).toBeUndefined();
    const index = await createPosterIndex(new Float32Array(2 * 600_000), 2);
    const search = () => nearestPosters(index, new Float32Array(2), 3);
    await expect(withSignal(signal, search)).rejects.toThrow("too late");
    expect((await search()).indices).toHaveLength(3);
  });

  test("ends the reading of posters: those under way are kept, and the next query goes on from there", async () => {
    const { services } = await start();
    const { encoders, store, folders } = services;
    const pictures = await Promise.all(
      Array.from({ length: 6 * maxBatch }, (_, i) =>
        sharp({ create: { width: 20, height: 30, channels: 3, background: { r: i, g: 255 - i, b: 7 } } })
          .png()
          .toBuffer(),
      ),
    );
    const posters = pictures.map((bytes) => ({
      sha256: createHash("sha256").update(bytes).digest("hex"),
      format: "png" as const,
    }));
    for (const bytes of pictures) await savePoster(folders.posters, bytes, "png");
    const missing = { sha256: "0".repeat(64), format: "png" as const };
    const { key } = await encoders.inUse();
    const contents = posters.map(({ sha256 }) => sha256);
    const made = async () => (await store.embeddings.byContent(key, contents)).size;
    const controller = new AbortController();
    const onFailure = () => controller.abort(new AppError("TIMEOUT", "too late"));
    const asked = withSignal(controller.signal, () => encoders.embeddings([missing, ...posters], { onFailure }));
    await expect(asked).rejects.toThrow("too late");
    await expect.poll(made).toBe(2 * maxBatch - 1);
    expect((await encoders.embeddings(posters)).size).toBe(posters.length);
    expect(await made()).toBe(posters.length);
    await expect(withSignal(controller.signal, () => services.posterPreviews([missing]))).rejects.toThrow("too late");
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
    expect(log.join()).toContain("FROM users");
    expect(log.join()).not.toContain('from "posters"');
  });

  test("limits nothing that is fast enough", async () => {
    const { data } = await start({ requestTimeoutMs: 30_000 });
    expect(await data("{ movie(id: 1) { title } }")).toEqual({ movie: { title: "Toy Story" } });
  });
});

describe("a batch", () => {
  const batch = (n: number) =>
    JSON.stringify(Array.from({ length: n }, (_, i) => ({ query: `{ movie(id: 1) { title a${i}: year } }` })));
  const post = async (n: number, options: Parameters<typeof start>[0]) => {
    const { app } = await start(options);
    const response = await app.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: batch(n),
    });
    return { status: response.status, body: await response.json() };
  };

  test("is answered in its order, up to the limit", async () => {
    const { status, body } = await post(3, { maxBatch: 3 });
    expect(status).toBe(200);
    expect(body).toEqual([0, 1, 2].map((i) => ({ data: { movie: { title: "Toy Story", [`a${i}`]: 1995 } } })));
  });

  test("beyond the limit is refused", async () => {
    const { status, body } = await post(4, { maxBatch: 3 });
    expect([status, body.errors]).toEqual([
      413,
      [{ message: "Batching is limited to 3 operations per request.", extensions: { code: "BAD_REQUEST" } }],
    ]);
  });
});

test("without introspection nothing tells names that are like what came, of enum values neither", async () => {
  const { ask } = await start({ introspection: false });
  for (const query of [
    "{ movie(id: 1) { titel } }",
    "{ movies(orderBy: { field: POPULARTY }) { totalCount } }",
    "{ movies(serch: 1) { totalCount } }",
    "{ nodes(ids: []) { ... on Movi { title } } }",
    "{ user(id: 42) { recommendations(rankBy: RATIN) { title } } }",
  ]) {
    const { errors } = await ask(query);
    expect(errors).toBeDefined();
    expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
  }
  const variable = await ask("query ($f: MovieOrderField!) { movies(orderBy: { field: $f }) { totalCount } }", {
    variables: { f: "POPULARTY" },
  });
  expect(variable.errors).toBeDefined();
  expect(JSON.stringify(variable.errors)).not.toMatch(/did you mean/i);
  const open = await start();
  expect((await open.ask("{ movie(id: 1) { titel } }")).errors?.[0].message).toContain("Did you mean");
});

describe("how often", () => {
  const from = (address: string) => ({ headers: { "x-forwarded-for": `10.0.0.1, ${address}` } });
  const query = "{ movie(id: 1) { title } }";

  test("an address may ask is limited, each by itself, and says when to come again", async () => {
    const { ask } = await start({ rateLimit: 2, trustProxy: true });
    for (let i = 0; i < 2; i++) expect((await ask(query, from("192.0.2.1"))).status).toBe(200);
    const { status, headers, errors } = await ask(query, from("192.0.2.1"));
    expect(status).toBe(429);
    expect(errors).toEqual([
      {
        code: "RATE_LIMITED",
        message: expect.stringMatching(
          /^expected up to 2 operations a minute \(large ones count several times\), received more: try again in \d+ s$/,
        ),
      },
    ]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(query, from("192.0.2.2"))).status).toBe(200);
  });

  test("a token may ask is limited wherever it comes from, apart from the address", async () => {
    const { ask, token } = await start({ rateLimit: 2, trustProxy: true });
    for (let i = 0; i < 2; i++) expect((await ask(query, { ...from(`192.0.2.${i}`), token })).status).toBe(200);
    expect((await ask(query, { ...from("192.0.2.9"), token })).status).toBe(429);
    expect((await ask(query, from("192.0.2.9"))).status).toBe(200);
  });

  test("counts each operation of a batch", async () => {
    const { app } = await start({ rateLimit: 2 });
    const body = JSON.stringify([{ query }, { query }, { query }]);
    const response = await app.fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const codes = ((await response.json()) as { errors?: { extensions: { code: string } }[] }[]).map(
      ({ errors }) => errors?.[0].extensions.code,
    );
    expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(1);
  });

  test("counts a large operation as several, before it is run", async () => {
    const { ask } = await start({ rateLimit: 10 });
    // Its cost is above 4,000: that of sixteen usual ones.
    const large = "{ users(first: 20) { edges { node { recommendations(first: 100) { title } } } } }";
    expect((await ask(large)).status).toBe(200);
    const { status, errors, data } = await ask(query);
    expect([status, errors?.[0].code, data]).toEqual([429, "RATE_LIMITED", undefined]);
    const other = await start({ rateLimit: 10 });
    for (let i = 0; i < 2; i++) await other.ask(query);
    expect(await other.ask(large)).toMatchObject({ status: 429, errors: [{ code: "RATE_LIMITED" }] });
  });

  test("counts the ids and ratings that are given in arguments", async () => {
    const { ask } = await start({ rateLimit: 10 });
    const ratings = fixture.movies.slice(0, 140).map(({ id }) => ({ movieId: id, rating: 4 }));
    const guests = (n: number) =>
      `query ($r: [GuestRatingInput!]!) { ${Array.from({ length: n }, (_, i) => `g${i}: recommendFor(ratings: $r, first: 1) { title }`).join(" ")} }`;
    expect((await ask(guests(15), { variables: { ratings: [], r: [] } })).status).toBe(200);
    const again = await start({ rateLimit: 10 });
    expect((await again.ask(guests(15), { variables: { r: ratings } })).status).toBe(200);
    expect((await again.ask(query)).status).toBe(429);
  });

  test("counts what is refused before it is an operation, and pictures a tenth", async () => {
    const { app, ask } = await start({ rateLimit: 2 });
    const post = (headers: Record<string, string>) =>
      Promise.resolve(app.fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).then(
        ({ status }) => status,
      );
    const json = { "content-type": "application/json" };
    expect(await post({ ...json, authorization: "Bearer wrong" })).toBe(401);
    expect(await post({ "content-type": "text/plain" })).toBe(415);
    expect(await post({ ...json, authorization: "Bearer wrong" })).toBe(429);
    expect(await post({ "content-type": "text/plain" })).toBe(429);
    expect((await ask(query)).status).toBe(429);
    const pictures = await start({ rateLimit: 1 });
    const statuses = [];
    for (let i = 0; i < 11; i++) statuses.push((await pictures.app.fetch("http://localhost/posters/1")).status);
    expect(statuses).toEqual([...new Array(10).fill(200), 429]);
  });

  test("is not taken from a header that nobody vouches for", async () => {
    const { ask } = await start({ rateLimit: 1 });
    expect((await ask(query, from("192.0.2.1"))).status).toBe(200);
    expect((await ask(query, from("192.0.2.2"))).status).toBe(429);
  });
});

describe("with INTROSPECTION=off", () => {
  test("the schema is not told, and no similar names are", async () => {
    const { ask } = await start({ introspection: false });
    for (const query of ["{ __schema { types { name } } }", '{ __type(name: "Movie") { name } }']) {
      expect((await ask(query)).errors?.[0]).toMatchObject({
        code: "GRAPHQL_VALIDATION_FAILED",
        message: expect.stringContaining("introspection"),
      });
    }
    expect((await ask("{ __typename movie(id: 1) { __typename } }")).errors).toBeUndefined();
    const { errors } = await ask("{ movie(id: 1) { titel } }");
    expect(errors?.[0].message).toContain("titel");
    expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
    for (const [type, variables] of [
      ["MovieOrder", { v: { field: "TITL" } }],
      ["MovieOrder", { v: { fiel: "TITLE", field: "TITLE" } }],
    ] as const) {
      const query = `query ($v: ${type}) { movies(orderBy: $v) { totalCount } }`;
      const told = (await start()).ask(query, { variables });
      expect((await told).errors?.[0].message).toMatch(/Did you mean .*\?/);
      const hidden = (await ask(query, { variables })).errors;
      expect(hidden).toMatchObject([{ code: "BAD_USER_INPUT" }]);
      expect(hidden?.[0].message).not.toMatch(/did you mean/i);
    }
  });

  test("which is not so by default: similar names help", async () => {
    const { ask } = await start();
    expect((await ask("{ movie(id: 1) { titel } }")).errors?.[0].message).toMatch(/Did you mean "title"/);
  });
});

test("the cost of a query is counted whatever it is called, introspection in it or not", async () => {
  const { ask } = await start();
  const { errors } = await ask(
    "query IntrospectionQuery { __schema { queryType { name } } users(first: 100) { edges { node { recommendations(first: 100) { title } } } } }",
  );
  expect(errors?.[0].message).toContain("received cost ");
});

test("no answer carries a stack trace", async () => {
  const { ask } = await start();
  for (const query of [
    "{",
    "{ nothing }",
    "{ ratings(userId: 7) { totalCount } }",
    "{ movie(id: 1) { similar(first: 0) { similarity } } }",
  ]) {
    const text = JSON.stringify((await ask(query)).errors);
    expect(text).not.toMatch(/stack|\.js|\.ts|node_modules/);
  }
});

describe("trusted documents", () => {
  const text = "query Title($id: ID!) { movie(id: $id) { title } }";
  const hash = createHash("sha256").update(text).digest("hex");
  const send = async (app: App, body: object, token?: string) =>
    answerOf(
      await app.fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ variables: { id: 1 }, ...body }),
      }),
    );
  const startTrusting = async (documents: "allow" | "only") => {
    const started = await start({ documents });
    await started.services.store.documents.add([{ hash, text, source: "title.graphql", addedAt: 0 }]);
    return started;
  };

  test.each<[string, object]>([
    ["documentId", { documentId: `sha256:${hash}` }],
    ["a persisted query's hash", { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
  ])("are answered by %s, alone or beside other queries", async (_how, body) => {
    for (const documents of ["allow", "only"] as const) {
      const { app } = await startTrusting(documents);
      expect(await send(app, body)).toMatchObject({ status: 200, data: { movie: { title: "Toy Story" } } });
    }
  });

  test("alone: any other query is refused, but not of the scope admin", async () => {
    const { app, token, tokenOf } = await startTrusting("only");
    const refused = {
      status: 400,
      errors: [
        {
          code: "DOCUMENT_REQUIRED",
          message: "this server accepts trusted documents only: send the hash of one instead of a query",
        },
      ],
    };
    expect(await send(app, { query: text })).toMatchObject(refused);
    expect(await send(app, { query: text }, await tokenOf("editor"))).toMatchObject(refused);
    expect(await send(app, { query: text }, token)).toMatchObject({ status: 200 });
  });

  test("that are not there are refused", async () => {
    const { app } = await startTrusting("allow");
    expect(await send(app, { documentId: `sha256:${hash.replace(/./, "0")}x` })).toMatchObject({
      status: 400,
      errors: [{ code: "DOCUMENT_NOT_FOUND" }],
    });
    expect(await send(app, {})).toMatchObject({
      status: 400,
      errors: [{ code: "BAD_REQUEST", message: "Must provide query string." }],
    });
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

  test("may ask where they are named, and others may not", async () => {
    const { app } = await start({ corsOrigins: ["https://app.test", "https://elsewhere.test"] });
    const named = await app.fetch(url, preflight);
    expect(named.headers.get("access-control-allow-origin")).toBe("https://elsewhere.test");
    expect(named.headers.get("access-control-allow-credentials")).toBeNull();
    const other = await app.fetch(url, {
      ...preflight,
      headers: { ...preflight.headers, origin: "https://evil.test" },
    });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each(["null", "https://evil.test"])("of the name %s read nothing where others are named", async (origin) => {
    const { app } = await start({ corsOrigins: ["https://app.test"] });
    const response = await app.fetch(`${url}?query={__typename}`, { headers: { origin, accept: "application/json" } });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("vary")).toContain("Origin");
  });

  test("may not where they need none", async () => {
    const { app } = await start({ auth: "off" });
    const response = await app.fetch(url, preflight);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});
