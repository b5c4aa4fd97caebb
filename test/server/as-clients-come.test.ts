/** HTTP as clients, proxies and strangers send it: types in any case, other paths, large and broken bodies, persisted queries. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { Writable } from "node:stream";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../../src/server/listen.js";
import { type StartOptions, start } from "../support/fixture.js";

const json = { "content-type": "application/json" };

async function startServer(options: StartOptions = {}) {
  const log: string[] = [];
  const lines = new Writable({
    write: (chunk, _encoding, done) => {
      log.push(String(chunk));
      done();
    },
  });
  const started = await start({ logger: pino({ level: "warn" }, lines), ...options });
  const server = await serve(started.app, "127.0.0.1", 0);
  onTestFinished(() => server.stop());
  return { ...started, address: server.address, log };
}

describe("a request", () => {
  test.each(["APPLICATION/JSON", "Application/Json; charset=UTF-8"])(
    "of type %s is read as any other",
    async (type) => {
      const { address } = await startServer();
      const response = await fetch(`${address}/graphql`, {
        method: "POST",
        headers: { "content-type": type },
        body: JSON.stringify({ query: "{ movie(id: 1) { title } }" }),
      });
      expect(await response.json()).toEqual({ data: { movie: { title: "Toy Story" } } });
    },
  );

  test.each(["/graphql/", "//graphql", "/graphql//"])(
    "to %s is asked for its token as one to /graphql is",
    async (path) => {
      const { app } = await start();
      const answer = (headers: Record<string, string>) =>
        app.fetch(`http://localhost${path}`, {
          method: "POST",
          headers: { ...json, ...headers },
          body: JSON.stringify({ query: "{ tokens { name } }" }),
        });
      // Either there is nothing, or the token counts.
      const wrong = await answer({ authorization: "Bearer wrong" });
      expect(wrong.status).toBe(401);
      expect(JSON.stringify(await (await answer({})).text())).not.toContain("of the test");
    },
  );

  test.each(["/graphql", "/posters/1"])("of a method that %s does not take is refused in one form", async (path) => {
    const { app } = await start();
    const response = await app.fetch(`http://localhost${path}`, { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toMatch(/^GET, /);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: expect.stringMatching(/^expected one of the methods GET, .*, received "DELETE"$/),
          extensions: { code: "METHOD_NOT_ALLOWED" },
        },
      ],
    });
  });

  test("of another origin may carry what tracing and clients add", async () => {
    const { app } = await start();
    const wanted = "traceparent, baggage, sentry-trace, apollographql-client-name, apollographql-client-version";
    const response = await app.fetch("http://localhost/graphql", {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": wanted,
      },
    });
    const allowed = (response.headers.get("access-control-allow-headers") ?? "").toLowerCase().split(/, */);
    for (const name of wanted.split(", ")) expect(allowed).toContain(name);
  });
});

describe("a body", () => {
  test("may be as large as the setting says, whatever the default of a library is", async () => {
    const { address } = await startServer({ maxBodyBytes: 40_000_000 });
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ query: "{ movie(id: 1) { title } }", variables: { long: "x".repeat(30_000_000) } }),
    });
    expect(await response.json()).toEqual({ data: { movie: { title: "Toy Story" } } });
  });

  test.each([
    ["that says its length", true],
    ["that does not", false],
  ])("%s and is too long is answered with 413, though the client is still writing", async (_what, hasLength) => {
    const { address } = await startServer({ maxBodyBytes: 10_000 });
    const whole = Buffer.from(JSON.stringify({ query: `{ __typename } #${"x".repeat(5_000_000)}` }));
    const body = hasLength ? whole : new Blob([whole]).stream();
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: json,
      body,
      ...(hasLength ? {} : { duplex: "half" }),
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BODY_TOO_LARGE" } }] });
  });

  test("of which the client leaves in the middle is no error in the log", async () => {
    const { address, log, ask } = await startServer();
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log).toEqual([]);
    expect((await ask("{ __typename }")).data).toEqual({ __typename: "Query" });
  });

  test.each([
    ['"x"', "{}"],
    ["5", "{}"],
    ["null", "{}"],
    ['{"query": "{ __typename }"}', '{"0": 5}'],
    ['{"query": "{ __typename }"}', '{"0": ["variables.a.b.c"]}'],
    ['{"query": "{ __typename }"}', '{"0": [null]}'],
    ['{"query": "{ __typename }"}', "[]"],
    ['"x"', '{"0": ["variables.file"]}'],
  ])("of several parts whose operations are %s and map %s is no fault of the server", async (operations, map) => {
    const { address, token, log } = await startServer();
    const form = new FormData();
    form.set("operations", operations);
    form.set("map", map);
    form.set("0", new Blob(["a file"]), "a.txt");
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).not.toContain("INTERNAL_SERVER_ERROR");
    expect(log).toEqual([]);
  });
});

describe("an answer", () => {
  test.each([
    ["br", brotliDecompressSync],
    ["gzip", gunzipSync],
  ])("is compressed by %s where the client takes it, and as it is where not", async (encoding, decompress) => {
    const { address } = await startServer();
    const get = async (headers: Record<string, string>, path: string) => {
      const outgoing = request(`${address}${path}`, { headers });
      outgoing.end();
      const [response] = await once(outgoing, "response");
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      return { headers: response.headers, body: Buffer.concat(chunks) };
    };
    const query = `/graphql?query=${encodeURIComponent("{ movies(first: 100) { edges { node { title genres } } } }")}`;
    const plain = await get({ accept: "application/json" }, query);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const small = await get({ accept: "application/json", "accept-encoding": encoding }, query);
    expect(small.headers["content-encoding"]).toBe(encoding);
    expect(small.headers.vary).toMatch(/accept-encoding/i);
    expect(small.body.length).toBeLessThan(plain.body.length / 3);
    expect(decompress(small.body).toString()).toBe(plain.body.toString());
    // Pictures are left alone.
    const picture = await get({ "accept-encoding": encoding }, "/posters/1");
    expect(picture.headers["content-encoding"]).toBeUndefined();
  });

  test("that is a stream is neither compressed nor gathered by a proxy", async () => {
    const { address } = await startServer();
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: { ...json, accept: "text/event-stream", "accept-encoding": "gzip, br" },
      body: JSON.stringify({ query: "subscription { trainingProgress { phase } }" }),
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    // Yoga says so itself.
    expect(response.headers.get("content-encoding") ?? "none").toBe("none");
    await response.body?.cancel();
  });
});

test("what is answered is what it says it is: its type is not guessed", async () => {
  const { app } = await start();
  for (const path of ["/graphql?query={__typename}", "/posters/1", "/nowhere"]) {
    const response = await app.fetch(`http://localhost${path}`, { headers: { accept: "application/json" } });
    expect(response.headers.get("x-content-type-options"), path).toBe("nosniff");
  }
});

describe("the whole schema", () => {
  test("is told once an operation, in one piece or by fragments", async () => {
    const { ask } = await start();
    const all = "types { name fields { name } }";
    expect((await ask(`{ __schema { ${all} } __type(name: "User") { name } }`)).errors).toBeUndefined();
    const aliases = Array.from({ length: 29 }, (_, i) => `a${i}: __schema { ${all} }`).join(" ");
    for (const query of [
      `{ ${aliases} }`,
      `{ a: __schema { ${all} } ...F } fragment F on Query { b: __schema { ${all} } }`,
    ]) {
      const { data, errors } = await ask(query);
      expect(data).toBeUndefined();
      expect(errors?.[0].message).toMatch(/^expected __schema at most 1 time in an operation, received \d+$/);
    }
  });
});

describe("Apollo's automatic persisted queries", () => {
  const query = "{ movie(id: 1) { title } }";
  const hash = createHash("sha256").update(query).digest("hex");
  const persisted = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  const post = async (app: { fetch: typeof fetch }, body: unknown) => {
    const response = await app.fetch("http://localhost/graphql", {
      method: "POST",
      headers: json,
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as { data?: unknown; errors?: unknown }) };
  };

  test("are asked for by hash, sent once, and known from then on", async () => {
    const { app } = await start();
    const server = app as unknown as { fetch: typeof fetch };
    const notFound = { message: "PersistedQueryNotFound", extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } };
    expect(await post(server, persisted(hash))).toEqual({ status: 200, errors: [notFound] });
    const answer = { status: 200, data: { movie: { title: "Toy Story" } } };
    expect(await post(server, { query, ...persisted(hash) })).toEqual(answer);
    expect(await post(server, persisted(hash))).toEqual(answer);
    // A hash of something else would have others answered with this query.
    expect(await post(server, { query, ...persisted("0".repeat(64)) })).toMatchObject({ status: 400 });
    expect(await post(server, persisted("0".repeat(64)))).toEqual({ status: 200, errors: [notFound] });
  });

  test("are not taken where trusted documents alone are answered", async () => {
    const { app } = await start({ documents: "only" });
    const server = app as unknown as { fetch: typeof fetch };
    expect(await post(server, { query, ...persisted(hash) })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: "DOCUMENT_REQUIRED" } }],
    });
    expect(await post(server, persisted(hash))).toMatchObject({
      errors: [{ extensions: { code: "DOCUMENT_NOT_FOUND" } }],
    });
  });
});
