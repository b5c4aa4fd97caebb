/** Promises of what a store tells of changes, of this process and of others. */
import { describe, expect, it } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import type { Change } from "../../src/store/changes.js";
import type { Store } from "../../src/store/store.js";
import type { OpenStore } from "./contract.js";
import { fill, picture } from "./data.js";

const subjects = ["ratings", "posters", "model", "dataset", "progress"] as const;

/** Begins to read at once. */
function listen(store: Store) {
  const heard: Change[] = [];
  const stream = store.changes({ subjects });
  const done = (async () => {
    for await (const change of stream) heard.push(change);
  })();
  return { heard, stream, done };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
/** As long as others' changes may take to be heard. */
const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1100));

export function changesContract(makeStore: () => Promise<OpenStore>): void {
  describe("changes", () => {
    it("of this process are heard at once, with what changed", async () => {
      const store = await fill(await (await makeStore())());
      const { heard, stream } = listen(store);
      await store.ratings.set(userId(1), [{ movieId: movieId(40), stars: 3 }], 9);
      await store.ratings.set(userId(1), [{ movieId: movieId(40), stars: 3 }], 9);
      await store.ratings.delete(userId(1), movieId(40));
      await store.posters.set([picture(10, "c"), picture(20, "b")]);
      await store.settings.set("activeModel", "other");
      await settle();
      expect(heard).toMatchObject([
        { subject: "ratings", userId: 1, rating: { movieId: 40, rating: 3 } },
        { subject: "ratings", userId: 1 },
        { subject: "posters", movieId: 10 },
        { subject: "model" },
      ]);
      await stream.return?.();
    });

    it("of another process are heard within a second, by their subject", async () => {
      const openStore = await makeStore();
      const [store, other] = [await fill(await openStore()), await openStore()];
      const { heard, stream } = listen(store);
      await settle();
      await other.ratings.set(userId(1), [{ movieId: movieId(40), stars: 3 }], 9);
      await other.posters.delete(movieId(10));
      await other.settings.set("activeModel", "other");
      await other.movies.update(movieId(10), (before) => ({ ...before, genres: [] }));
      const progress = {
        kind: "mf",
        phase: "epochs",
        done: 0.5,
        state: "RUNNING" as const,
        at: "2026-01-01T00:00:00Z",
      };
      await other.progress.report(progress);
      await aSecond();
      expect(new Set(heard.map(({ subject }) => subject))).toEqual(new Set(subjects));
      expect(heard).toContainEqual({ subject: "ratings", userId: null });
      expect(heard).toContainEqual({ subject: "progress", progress });
      await stream.return?.();
    });

    it("are told to readers of their subject only, the latest of what a slow reader left unread", async () => {
      const store = await fill(await (await makeStore())());
      const stream = store.changes({
        subjects: ["ratings"],
        isWanted: ({ userId: id }) => id === 2,
        maxUnread: 2,
      });
      const first = stream.next();
      for (const stars of [1, 2, 3, 4]) {
        await store.ratings.set(userId(2), [{ movieId: movieId(40), stars }], stars);
        await store.ratings.set(userId(3), [{ movieId: movieId(40), stars }], stars);
      }
      await store.settings.set("activeModel", "other");
      const stars = [await first, await stream.next(), await stream.next()].map(({ value }) => value.rating?.rating);
      expect(stars).toEqual([1, 3, 4]);
      await stream.return?.();
    });

    it("end when the store closes, also those nobody reads yet", async () => {
      const store = await fill(await (await makeStore())());
      const { done } = listen(store);
      const unread = store.changes({ subjects });
      await settle();
      await store.close();
      await done;
      expect(await unread.next()).toMatchObject({ done: true });
    });
  });

  describe("the version of a store", () => {
    it("stays while nothing changes, and changes with what this process or another does", async () => {
      const openStore = await makeStore();
      const [one, other] = [await fill(await openStore()), await openStore()];
      const both = () => Promise.all([one.version(), other.version()]);
      let before = await both();
      expect(await both()).toEqual(before);
      const changes = [
        () => one.ratings.set(userId(1), [{ movieId: movieId(40), stars: 3 }], 500),
        () => other.ratings.delete(userId(1), movieId(40)),
        () => one.settings.set("activeModel", "another"),
        () => other.posters.delete(movieId(10)),
      ];
      for (const change of changes) {
        await change();
        const after = await both();
        expect(after[0]).not.toBe(before[0]);
        expect(after[1]).not.toBe(before[1]);
        expect(await both()).toEqual(after);
        before = after;
      }
    });
  });
}
