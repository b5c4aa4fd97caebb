/** Traces, request ids and logs: what an operator sees of a request, and what nobody should. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppError } from "../../src/errors.js";
import { createTracing } from "../../src/server/tracing.js";
import { rawDatabase } from "../support/database.js";
import { globalId, start } from "../support/fixture.js";

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: object }[];
}

/** A collector of OTLP over HTTP. */
async function collector() {
  const spans: Span[] = [];
  let text = "";
  const server = createServer(async (request, response) => {
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    for (const { scopeSpans } of body.resourceSpans) for (const { spans: own } of scopeSpans) spans.push(...own);
    response.setHeader("content-type", "application/json");
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, sent: () => text };
}

describe("a trace", () => {
  test("has a span for the request, under the caller's, and below it its steps; nothing of what was asked", async () => {
    const { endpoint, spans, sent } = await collector();
    const tracing = await createTracing(endpoint);
    const { ask, token } = await start({ tracing: tracing.plugin });
    const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    await ask("query Secret($id: ID!) { movie(id: $id) { title } ratings(userId: 7) { totalCount } }", {
      token,
      // Digits alone would come about in some time or span by chance.
      variables: { id: globalId("Movie", 858) },
      headers: { traceparent: `00-${caller.traceId}-${caller.spanId}-01` },
    });
    await tracing.stop();
    const request = spans.find(({ name }) => name === "POST /graphql")!;
    expect(request).toMatchObject({ traceId: caller.traceId, parentSpanId: caller.spanId });
    expect(request.attributes).toContainEqual({ key: "http.response.status_code", value: { intValue: 200 } });
    const below = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
    expect(below.map(({ name }) => name).sort()).toEqual(["graphql.execute", "graphql.parse", "graphql.validate"]);
    const execute = below.find(({ name }) => name === "graphql.execute")!;
    expect(execute.attributes).toContainEqual({ key: "graphql.operation.type", value: { stringValue: "query" } });
    expect(JSON.stringify(execute.attributes)).toContain("USER_NOT_FOUND");
    for (const secret of ["Secret", globalId("Movie", 858), token]) expect(sent()).not.toContain(secret);
  });
});

test("a trace tells of parts that come later, and of the operation that was named", async () => {
  const { endpoint, spans } = await collector();
  const tracing = await createTracing(endpoint);
  const { app, services, token } = await start({ tracing: tracing.plugin, defer: true });
  const executes = () => spans.filter(({ name }) => name === "graphql.execute");
  await app.fetch("http://localhost/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({
      query:
        "query A { __typename } mutation B { rateMovie(input: { userId: 42, movieId: 1, rating: 4 }) { __typename } }",
      operationName: "B",
    }),
  });
  services.models.get = async () => {
    throw new AppError("MODEL_NOT_FOUND", "expected a model, but there is none");
  };
  const response = await app.fetch("http://localhost/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "multipart/mixed" },
    body: JSON.stringify({ query: "{ movie(id: 1) { title ... @defer { predictedRating(userId: 42) } } }" }),
  });
  await response.text();
  await tracing.stop();
  expect(executes()[0].attributes).toContainEqual({
    key: "graphql.operation.type",
    value: { stringValue: "mutation" },
  });
  expect(JSON.stringify(executes().at(-1)?.attributes)).toContain("MODEL_NOT_FOUND");
});

describe("a request id", () => {
  test("is the client's where it is a sensible one, else a new one", async () => {
    const { ask } = await start();
    const id = async (given: Record<string, string>) =>
      (await ask("{ movie(id: 1) { title } }", { headers: given })).headers.get("x-request-id");
    expect(await id({ "x-request-id": "from-the-proxy:1" })).toBe("from-the-proxy:1");
    expect(await id({})).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id({ "x-request-id": "two words" })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id({})).not.toBe(await id({}));
  });

  test("stands in what is logged of the request, without tokens, addresses or what was asked", async () => {
    const lines: string[] = [];
    const logger = pino({ level: "debug" }, { write: (line: string) => lines.push(line) });
    const { ask, services, token } = await start({ logger });
    rawDatabase(services).exec("DROP TABLE poster_embeddings");
    await ask("query Secret { movie(id: 858) { posterSimilarity(movieId: 1) } }", {
      token,
      headers: { "x-request-id": "the-request", "x-forwarded-for": "192.0.2.77" },
    });
    const log = lines.map((line) => JSON.parse(line));
    const own = log.filter(({ requestId }) => requestId === "the-request");
    expect(own.map(({ msg }) => msg)).toEqual(["unexpected error", "request completed"]);
    expect(own[1]).toMatchObject({ method: "POST", status: 200, ms: expect.any(Number) });
    for (const secret of [token, "192.0.2.77", "Secret"]) expect(lines.join("")).not.toContain(secret);
  });
});
