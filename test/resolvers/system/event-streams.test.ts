/** What subscribers are told: ratings, recommendations, trainings; that they end, and that nothing of them stays. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { movieId, userId } from "../../../src/ids.js";
import { createTrainingReporter } from "../../../src/jobs/train/training-reporter.js";
import { openServices } from "../../../src/services/services.js";
import { readersOf, subscribe } from "../../support/event-stream.js";
import { fixture, start } from "../../support/fixture.js";

const rate = (userId: number, movieId: number, rating: number) =>
  `mutation { rateMovie(input: { userId: ${userId}, movieId: ${movieId}, rating: ${rating} }) { __typename } }`;

describe("ratingAdded", () => {
  test("tells each rating of the user, and nobody else's, fresh", async () => {
    const started = await start();
    const events = await subscribe(
      started,
      "ratingAdded(userId: 42) { rating movie { title ratingCount } user { userId } }",
    );
    await readersOf(() => started.services.store.changeReaders, 1);
    await started.edit(rate(5, 1, 2));
    await started.edit(rate(42, 1, 4.5));
    await started.edit(rate(42, 1, 3));
    const count = new Set(
      fixture.ratings
        .filter(({ movieId }) => movieId === 1)
        .map(({ userId }) => userId)
        .concat(42, 5),
    ).size;
    for (const rating of [4.5, 3]) {
      expect(await events.next()).toEqual({
        ratingAdded: { rating, movie: { title: "Toy Story", ratingCount: count }, user: { userId: 42 } },
      });
    }
    events.stop();
    await readersOf(() => started.services.store.changeReaders, 0);
  });

  test("of many at once tells each", async () => {
    const started = await start();
    const events = await subscribe(started, "ratingAdded(userId: 42) { rating }");
    await readersOf(() => started.services.store.changeReaders, 1);
    await started.edit(
      "mutation { rateMovies(input: { userId: 42, ratings: [{ movieId: 1, rating: 1 }, { movieId: 7, rating: 1 }, { movieId: 858, rating: 2 }] }) { __typename } }",
    );
    expect([await events.next(), await events.next()]).toEqual([
      { ratingAdded: { rating: 1 } },
      { ratingAdded: { rating: 2 } },
    ]);
    events.stop();
  });

  test("tells nothing where the same stars are given again", async () => {
    const started = await start();
    const events = await subscribe(started, "ratingAdded(userId: 42) { rating }");
    await readersOf(() => started.services.store.changeReaders, 1);
    for (const stars of [4, 4, 4, 2]) await started.edit(rate(42, 1, stars));
    expect([await events.next(), await events.next()]).toEqual([
      { ratingAdded: { rating: 4 } },
      { ratingAdded: { rating: 2 } },
    ]);
    events.stop();
  });

  test("of somebody else is refused where their ratings are private, and without a user to tell of", async () => {
    const started = await start({ publicUsers: "none" });
    for (const [query, token, code] of [
      ["ratingAdded(userId: 42) { rating }", undefined, "UNAUTHENTICATED"],
      ["ratingAdded(userId: 42) { rating }", await started.tokenOf("user", 5), "FORBIDDEN"],
      ["ratingAdded { rating }", undefined, "UNAUTHENTICATED"],
    ] as const) {
      const events = await subscribe(started, query, token);
      expect((await events.next()).errors[0].extensions.code).toBe(code);
    }
    expect(started.services.store.changeReaders).toBe(0);
  });
});

describe("recommendationsChanged", () => {
  test("tells the user when they rate, take a rating away, or another model serves", async () => {
    const started = await start();
    const token = await started.tokenOf("user", 3997);
    const { store } = started.services;
    const events = await subscribe(
      started,
      "recommendationsChanged { userId recommendations(first: 1) { title } }",
      token,
    );
    await readersOf(() => store.changeReaders, 2);
    const recommended = async () => {
      const { user } = await started.data(
        "{ user(id: 3997) { recommendations(first: 1) { title movie { movieId } } } }",
      );
      return user.recommendations[0];
    };
    const first = await recommended();
    await started.edit(rate(3997, first.movie.movieId, 4));
    const second = await recommended();
    expect(await events.next()).toEqual({
      recommendationsChanged: { userId: 3997, recommendations: [{ title: second.title }] },
    });
    expect(second.title).not.toBe(first.title);
    await store.settings.set("activeModel", fixture.models.other.name);
    expect((await events.next()).recommendationsChanged.recommendations).toEqual([
      { title: (await recommended()).title },
    ]);
    events.stop();
    await readersOf(() => store.changeReaders, 0);
  });

  test("tells what another process rated, and not what it did to others", async () => {
    const started = await start();
    const events = await subscribe(started, "recommendationsChanged(userId: 42) { userId topRated(first: 1) }");
    await readersOf(() => started.services.store.changeReaders, 2);
    const other = openServices(started.dataDir);
    onTestFinished(() => other.close());
    const rateThere = (user: number) => {
      const { movieId: movie } = fixture.ratings.find((rating) => rating.userId === user)!;
      return other.store.ratings.set(userId(user), [{ movieId: movieId(movie), stars: 5 }], 2_000_000_000);
    };
    await rateThere(5);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await rateThere(42);
    const movie = fixture.ratings.find((rating) => rating.userId === 42)!.movieId;
    expect(await events.next()).toEqual({
      recommendationsChanged: { userId: 42, topRated: [fixture.movies.find(({ id }) => id === movie)!.displayTitle] },
    });
    events.stop();
  });
});

describe("trainingProgress", () => {
  test("tells how far a training of another process has come, until it is done", async () => {
    const started = await start();
    const events = await subscribe(started, "trainingProgress { kind phase done state }");
    await readersOf(() => started.services.store.changeReaders, 1);
    const other = openServices(started.dataDir);
    onTestFinished(() => other.close());
    const reporter = createTrainingReporter(other.store.progress, "mf");
    reporter.update("fit", 0.5);
    expect(await events.next()).toEqual({
      trainingProgress: { kind: "mf", phase: "fit", done: 0.5, state: "RUNNING" },
    });
    await reporter.end("DONE");
    expect(await events.next()).toEqual({ trainingProgress: { kind: "mf", phase: "fit", done: 1, state: "DONE" } });
    events.stop();
    await readersOf(() => started.services.store.changeReaders, 0);
  });

  test("of a training that never began is nothing", async () => {
    const started = await start();
    const { progress } = started.services.store;
    await createTrainingReporter(progress, "mf").end("STOPPED");
    expect(await progress.latest()).toBeUndefined();
  });
});

test.each([
  "ratingAdded(userId: 42) { rating }",
  "recommendationsChanged(userId: 42) { userId }",
  "trainingProgress { done }",
])("nothing of %s stays when its client has gone", async (query) => {
  const started = await start();
  const all = () => started.services.store.changeReaders;
  const events = await subscribe(started, query);
  while (all() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  events.stop();
  await readersOf(all, 0);
});

test("a subscription ends when its token is revoked", async () => {
  const started = await start();
  const token = await started.tokenOf("user", 42);
  const events = await subscribe(started, "ratingAdded { rating }", token);
  await readersOf(() => started.services.store.changeReaders, 1);
  await started.edit("mutation { revokeToken(input: { tokenId: 2 }) { __typename } }");
  await started.edit(rate(42, 1, 1));
  expect(await events.next()).toBeUndefined();
  expect(started.services.store.changeReaders).toBe(0);
});

test("a subscription ends when its token is revoked, without a change too", async () => {
  const started = await start();
  const token = await started.tokenOf("user", 42);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const events = await subscribe(started, "ratingAdded { rating }", token);
  await readersOf(() => started.services.store.changeReaders, 1);
  vi.advanceTimersByTime(10_000);
  expect(started.services.store.changeReaders).toBe(1);
  await started.edit("mutation { revokeToken(input: { tokenId: 2 }) { __typename } }");
  vi.advanceTimersByTime(10_000);
  expect(await events.next()).toBeUndefined();
  expect(started.services.store.changeReaders).toBe(0);
});

test("subscriptions end when the server does", async () => {
  const started = await start();
  const events = await subscribe(started, "trainingProgress { done }");
  await readersOf(() => started.services.store.changeReaders, 1);
  started.services.store.endChanges();
  expect(await events.next()).toBeUndefined();
  expect(started.services.store.changeReaders).toBe(0);
});
