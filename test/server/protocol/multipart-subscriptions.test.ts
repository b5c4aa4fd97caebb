/** Subscriptions in Apollo's multipart protocol: its client over HTTP, and the limits that hold for any subscription. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import type { ExecutionResult } from "graphql";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createMaskError } from "../../../src/server/errors/mask-error.js";
import { serve } from "../../../src/server/listen.js";
import { toMultipart } from "../../../src/server/protocol/multipart-subscriptions.js";
import { readersOf } from "../../support/event-stream.js";
import { type StartOptions, start } from "../../support/fixture.js";

async function startServer(options: StartOptions = {}) {
  const started = await start(options);
  const server = await serve(started.app, "127.0.0.1", 0);
  onTestFinished(() => server.stop());
  return { ...started, url: `${server.address}/graphql`, readers: () => started.services.store.changeReaders };
}

const rate = (stars: number) =>
  `mutation { rateMovie(input: { userId: 42, movieId: 1, rating: ${stars} }) { __typename } }`;
const subscription = "subscription { ratingAdded(userId: 42) { rating movie { title } } }";
const apollosTypes =
  "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9";

interface Seen {
  data?: unknown;
  error?: unknown;
}

/** What Apollo Client tells of a subscription, as it comes. */
function listen(uri: string, query: string, headers: Record<string, string> = {}) {
  const client = new ApolloClient({ link: new HttpLink({ uri, headers }), cache: new InMemoryCache() });
  const seen: Seen[] = [];
  let wake = () => {};
  let ended = false;
  const subscribed = client.subscribe({ query: gql(query) }).subscribe({
    next: (result) => {
      seen.push(result);
      wake();
    },
    complete: () => {
      ended = true;
      wake();
    },
  });
  onTestFinished(() => subscribed.unsubscribe());
  return {
    async next(): Promise<Seen | undefined> {
      while (seen.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return seen.shift();
    },
    stop: () => subscribed.unsubscribe(),
  };
}

describe("Apollo Client over HttpLink", () => {
  test("hears of each rating, until it does not want to: then the server has nobody to tell", async () => {
    const { url, edit, readers } = await startServer();
    const events = listen(url, subscription);
    await readersOf(readers, 1);
    for (const stars of [1, 2]) {
      await edit(rate(stars));
      expect((await events.next())?.data).toMatchObject({
        ratingAdded: { rating: stars, movie: { title: "Toy Story" } },
      });
    }
    events.stop();
    await readersOf(readers, 0);
  });

  test("reads the error of one event, and the next event", async () => {
    const { url, edit, readers, services } = await startServer({ requestTimeoutMs: 3000 });
    const events = listen(
      url,
      "subscription { ratingAdded(userId: 42) { rating movie { predictedRating(userId: 42) } } }",
    );
    await readersOf(readers, 1);
    const get = services.models.get.bind(services.models);
    services.models.get = () => new Promise(() => {});
    await edit(rate(1));
    expect(String((await events.next())?.error)).toContain("the query took longer than 3000 ms");
    services.models.get = get;
    await edit(rate(2));
    expect((await events.next())?.data).toMatchObject({ ratingAdded: { rating: 2 } });
  });

  test("is told when it may not have the subscription, or no more of them", async () => {
    const { url, readers, tokenOf } = await startServer({ maxStreams: 1 });
    const refused = listen(url, "subscription { ratingAdded { rating } }");
    expect(String((await refused.next())?.error)).toContain("expected the header Authorization");
    const first = listen(url, subscription);
    await readersOf(readers, 1);
    expect(String((await listen(url, subscription).next())?.error)).toContain(
      "expected up to 1 open subscriptions, received one more",
    );
    // Another client has its own.
    const other = listen(url, subscription, { authorization: `Bearer ${await tokenOf("user", 42)}` });
    await readersOf(readers, 2);
    first.stop();
    await readersOf(readers, 1);
    other.stop();
    await readersOf(readers, 0);
  });

  test("sees the end when the server stops", async () => {
    const { url, services, readers } = await startServer();
    const events = listen(url, subscription);
    await readersOf(readers, 1);
    await services.close();
    expect(await events.next()).toBeUndefined();
  });
});

describe("over HTTP", () => {
  const post = (url: string, accept: string, query = subscription) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept, "accept-encoding": "br, gzip" },
      body: JSON.stringify({ query }),
    });

  test("each event is a part with a payload, which no proxy gathers", async () => {
    const { url, edit, readers } = await startServer();
    const response = await post(url, apollosTypes);
    expect(response.headers.get("content-type")).toBe('multipart/mixed; boundary="graphql"; subscriptionSpec=1.0');
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("content-encoding")).toBeNull();
    await readersOf(readers, 1);
    await edit(rate(3));
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("payload")) text += (await reader.read()).value;
    expect(text).toBe(
      '\r\n--graphql\r\nContent-Type: application/json\r\n\r\n{"payload":{"data":{"ratingAdded":{"rating":3,"movie":{"title":"Toy Story"}}}}}\r\n--graphql',
    );
    await reader.cancel();
    await readersOf(readers, 0);
  });

  test.each([
    ["text/event-stream, multipart/mixed;subscriptionSpec=1.0", 200, "text/event-stream"],
    ['multipart/mixed; boundary=x; subscriptionSpec="1.0"', 200, "multipart/mixed"],
    ["multipart/mixed;subscriptionSpec=2.0, application/json", 406, undefined],
    ["multipart/mixed, application/json", 406, undefined],
  ])("Accept: %s is answered with %d", async (accept, status, type) => {
    const { url } = await startServer();
    const response = await post(url, accept);
    expect(response.status).toBe(status);
    if (type !== undefined) expect(response.headers.get("content-type")).toContain(type);
    await response.body?.cancel();
  });

  test("a refusal for whoever takes nothing but parts is a part", async () => {
    const { url, readers } = await startServer({ maxStreams: 1 });
    const first = await post(url, apollosTypes);
    await readersOf(readers, 1);
    const text = await (await post(url, "multipart/mixed;subscriptionSpec=1.0")).text();
    expect(text).toContain('{"payload":{"errors":[{"message":"expected up to 1 open subscriptions');
    expect(text).toContain('"extensions":{"code":"RATE_LIMITED"}');
    expect(text.endsWith("\r\n--graphql--\r\n")).toBe(true);
    await first.body?.cancel();
  });
});

describe("the stream of parts", () => {
  const maskError = createMaskError(pino({ level: "silent" }), true);
  const read = (stream: ReadableStream<Uint8Array>) =>
    (stream as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream()).getReader();

  test("says that it is still there, with nothing to tell", async () => {
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const reader = read(toMultipart(silent, { maskError, heartbeatMs: 1 }));
    expect((await reader.read()).value).toBe("\r\n--graphql");
    for (let i = 0; i < 3; i++) {
      expect((await reader.read()).value).toBe("\r\nContent-Type: application/json\r\n\r\n{}\r\n--graphql");
    }
    await reader.cancel();
  });

  test("ends with the error that no event caused, masked", async () => {
    async function* failing(): AsyncGenerator<ExecutionResult> {
      yield { data: { a: 1 } };
      throw new Error("disk at /secret");
    }
    const reader = read(toMultipart(failing(), { maskError, heartbeatMs: 1_000_000 }));
    let text = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) text += chunk.value;
    const parts = text.split("\r\n--graphql").map((part) => part.slice(part.indexOf("{")));
    expect(parts).toEqual([
      "",
      '{"payload":{"data":{"a":1}}}',
      expect.stringMatching(/^\{"payload":null,"errors":\[\{"message":"Unexpected error. See the server's log\."/),
      "\n",
    ]);
  });

  test("asks for no event before the last one was read", async () => {
    let asked = 0;
    async function* eager(): AsyncGenerator<ExecutionResult> {
      for (;;) yield { data: { n: asked++ } };
    }
    const stream = toMultipart(eager(), { maskError, heartbeatMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toBeLessThan(2);
    await stream.cancel();
  });
});
