/** Open subscriptions: how many a client may have, and the time of each of their events. */
import { describe, expect, test } from "vitest";
import { checkSignal } from "../../../src/event-loop.js";
import { readersOf, subscribe } from "../../support/event-stream.js";
import { countModelCalls, start } from "../../support/fixture.js";

const ratings = "ratingAdded(userId: 42) { rating }";
const rate = (stars: number) =>
  `mutation { rateMovie(input: { userId: 42, movieId: 1, rating: ${stars} }) { __typename } }`;

describe("how many subscriptions a client may have open", () => {
  test("is limited, until one of them ends; another client has its own", async () => {
    const started = await start({ maxStreams: 2 });
    const { store } = started.services;
    const open = [await subscribe(started, ratings), await subscribe(started, ratings)];
    await readersOf(() => store.changeReaders, 2);
    const refused = await subscribe(started, ratings);
    expect(await refused.next()).toEqual({
      errors: [
        expect.objectContaining({
          message: "expected up to 2 open subscriptions, received one more: close one first",
          extensions: { code: "RATE_LIMITED" },
        }),
      ],
    });
    expect(refused.status()).toBe(429);
    const other = await subscribe(started, ratings, await started.tokenOf("user", 42));
    await readersOf(() => store.changeReaders, 3);
    open[0].stop();
    await readersOf(() => store.changeReaders, 2);
    const next = await subscribe(started, ratings);
    await readersOf(() => store.changeReaders, 3);
    await started.edit(rate(1));
    for (const stream of [open[1], other, next]) expect(await stream.next()).toEqual({ ratingAdded: { rating: 1 } });
  });

  test("is limited for many that come at once", async () => {
    const started = await start({ maxStreams: 3 });
    const streams = await Promise.all(Array.from({ length: 12 }, () => subscribe(started, ratings)));
    await readersOf(() => started.services.store.changeReaders, 3);
    await started.edit(rate(1));
    const told = await Promise.all(streams.map((stream) => stream.next()));
    expect(told.filter(({ errors }) => errors === undefined)).toHaveLength(3);
  });

  test("does not count those that were refused, or never read", async () => {
    const started = await start({ maxStreams: 1 });
    for (let i = 0; i < 3; i++) {
      expect((await (await subscribe(started, "ratingAdded { rating }")).next()).errors[0].extensions.code).toBe(
        "UNAUTHENTICATED",
      );
      const unread = await started.app.fetch("http://marquee.test/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ query: `subscription { ${ratings} }` }),
      });
      expect(unread.status).toBe(406);
    }
    await subscribe(started, ratings);
    await readersOf(() => started.services.store.changeReaders, 1);
  });
});

describe("an event of a subscription", () => {
  test("has its time: TIMEOUT tells of one that took longer, and the next ones come", async () => {
    const started = await start({ requestTimeoutMs: 300 });
    const { models, store } = started.services;
    const get = models.get.bind(models);
    const events = await subscribe(started, "ratingAdded(userId: 42) { rating movie { predictedRating(userId: 42) } }");
    await readersOf(() => store.changeReaders, 1);
    models.get = async (name) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return get(name);
    };
    await started.edit(rate(1));
    expect((await events.next()).errors).toMatchObject([
      {
        message: "the query took longer than 300 ms: request less",
        extensions: { code: "TIMEOUT" },
      },
    ]);
    models.get = get;
    await started.edit(rate(2));
    expect(await events.next()).toMatchObject({ ratingAdded: { rating: 2 } });
    events.stop();
  });

  test("is worked on no longer when its client has gone", async () => {
    const started = await start();
    const { models, store } = started.services;
    const events = await subscribe(started, "ratingAdded(userId: 42) { movie { predictedRating(userId: 42) } }");
    await readersOf(() => store.changeReaders, 1);
    let stopped: unknown;
    const begun = new Promise<void>((resolve) => {
      models.get = async () => {
        resolve();
        for (;;) {
          await new Promise((again) => setTimeout(again, 5));
          try {
            checkSignal();
          } catch (error) {
            stopped = error;
            throw error;
          }
        }
      };
    });
    await started.edit(rate(1));
    await begun;
    events.stop();
    await expect.poll(() => stopped).toMatchObject({ code: "INTERRUPTED" });
    await readersOf(() => store.changeReaders, 0);
  });

  test("is computed once for all who hear the same, and for each who hears another", async () => {
    const started = await start();
    const calls = countModelCalls(started.services);
    const query = "recommendationsChanged(userId: 42) { recommendations(first: 2) { title score } }";
    const listeners = await Promise.all(Array.from({ length: 20 }, () => subscribe(started, query)));
    const other = await subscribe(started, query.replace("first: 2", "first: 3"));
    await readersOf(() => started.services.store.changeReaders, 42);
    await started.edit(rate(5));
    const answers = await Promise.all(listeners.map((events) => events.next()));
    const [first] = answers as { recommendationsChanged: { recommendations: unknown[] } }[];
    expect(first.recommendationsChanged.recommendations).toHaveLength(2);
    for (const answer of answers) expect(answer).toEqual(first);
    expect(((await other.next()) as typeof first).recommendationsChanged.recommendations).toHaveLength(3);
    expect(calls.calls).toHaveLength(2);
  });

  test("counts as an operation does, and is refused where there were too many", async () => {
    const started = await start({ rateLimit: 2 });
    const token = await started.tokenOf("user", 42);
    const events = await subscribe(started, "ratingAdded(userId: 42) { rating }", token);
    await readersOf(() => started.services.store.changeReaders, 1);
    for (const stars of [1, 2]) await started.edit(rate(stars));
    expect(await events.next()).toEqual({ ratingAdded: { rating: 1 } });
    expect((await events.next()).errors).toMatchObject([
      { message: expect.stringMatching(/^expected up to 2 operations a minute/), extensions: { code: "RATE_LIMITED" } },
    ]);
  });

  test("of what cannot be asked says so with a code", async () => {
    const started = await start();
    const events = await subscribe(started, 'ratingAdded(userId: "nobody") { rating }');
    expect((await events.next()).errors).toMatchObject([{ extensions: { code: "INVALID_ID" } }]);
    const unknown = await subscribe(started, "ratingAdded(userId: 42) { nothing }");
    expect((await unknown.next()).errors).toMatchObject([{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }]);
  });
});
