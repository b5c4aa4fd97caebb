/** Promises of ratings. */
import { describe, expect, it } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import type { RatingOrder } from "../../src/store/ratings.js";
import type { OpenStore } from "./contract.js";
import { everybody, fill, nobody } from "./data.js";

const byImport: RatingOrder = { field: "IMPORT", descending: false };

export function ratingContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());

  describe("ratings", () => {
    it("of a user's best movies come highest first, then latest, undated last", async () => {
      const { ratings, users } = await open();
      const [two, one, unknown] = await ratings.topOfUsers([2, 1, 99].map(userId), 3);
      expect(one.map(({ movieId: id }) => id)).toEqual([20, 30, 10]);
      expect(two.map(({ movieId: id }) => id)).toEqual([20, 10]);
      expect(unknown).toEqual([]);
      expect(await ratings.topOfUsers([], 3)).toEqual([]);
      const { id } = await users.findOrAdd("ties", {});
      await ratings.set(
        id,
        [50, 10, 30].map((movie) => ({ movieId: movieId(movie), stars: 4 })),
        9,
      );
      const [ties] = await ratings.topOfUsers([id], 2);
      expect(ties.map((rating) => rating.movieId)).toEqual([50, 10]);
    });

    it("of users come as typed arrays in the order of import", async () => {
      const { ratings } = await open();
      const [unknown, one] = await ratings.ofUsers([99, 1].map(userId));
      expect(one.movieIds).toEqual(Int32Array.of(10, 30, 20, 50));
      expect(one.stars).toEqual(Float32Array.of(4, 5, 5, 3));
      expect(one.ratedAt).toEqual(Float64Array.of(100, 300, 400, 0));
      expect(unknown.stars).toEqual(new Float32Array(0));
    });

    it("come all at once as typed arrays, with or without those of the API", async () => {
      const { ratings } = await open();
      await ratings.set(userId(3), [{ movieId: movieId(30), stars: 1 }], 5);
      const all = await ratings.all();
      expect(all.userIds).toEqual(Int32Array.of(1, 1, 1, 1, 2, 2, 3, 3));
      expect(all.stars).toEqual(Float32Array.of(4, 5, 5, 3, 2, 5, 4.5, 1));
      expect((await ratings.all("imported")).movieIds).toEqual(Int32Array.of(10, 30, 20, 50, 10, 20, 10));
    });

    it.each([
      ["IMPORT", false, [10, 30, 20, 50]],
      ["IMPORT", true, [50, 20, 30, 10]],
      ["RATING", true, [20, 30, 10, 50]],
      ["RATING", false, [50, 10, 30, 20]],
      ["RATED_AT", true, [20, 30, 10, 50]],
    ] as const)("of a user are ordered by %s, descending: %o", async (field, descending, ids) => {
      const { ratings } = await open();
      const order = { field, descending };
      const list = await ratings.list({ userId: userId(1) }, order, { limit: 9 });
      expect(list.map(({ node }) => node.movieId)).toEqual(ids);
      const [own, none] = await ratings.listOfUsers([1, 99].map(userId), {}, order, { limit: 3 });
      expect(own).toEqual(list.slice(0, 3));
      expect(none).toEqual([]);
      const rest = await ratings.list({ userId: userId(1) }, order, {
        after: { value: list[1].value, id: list[1].node.id },
        limit: 9,
      });
      expect(rest).toEqual(list.slice(2));
    });

    it("match filters by user, movie, stars, time and reader, and the counts agree", async () => {
      const { ratings } = await open();
      const counts = async (filter: Parameters<typeof ratings.count>[0] & object) => {
        const list = await ratings.list(filter, byImport, { limit: 99 });
        expect(await ratings.count(filter)).toBe(list.length);
        return list.length;
      };
      expect(await counts({})).toBe(7);
      expect(await counts({ movieId: movieId(10) })).toBe(3);
      expect(await counts({ movieId: movieId(10), userId: userId(2) })).toBe(1);
      expect(await counts({ rating: { from: 4.5, to: 5 } })).toBe(4);
      expect(await counts({ ratedAt: { from: 200, to: 300 } })).toBe(3);
      expect(await counts({ readable: everybody })).toBe(7);
      expect(await counts({ readable: nobody })).toBe(0);
      expect(await counts({ readable: { ...nobody, own: userId(2) } })).toBe(2);
      expect(await ratings.countOfUsers([2, 99, 1].map(userId), { rating: { from: 5 } })).toEqual([1, 0, 2]);
    });

    it("name the latest raters of movies, at most so many", async () => {
      const { ratings } = await open();
      const raters = await ratings.ratersOfMovies([10, 40, 20].map(movieId), 2);
      expect(raters.get(movieId(10))).toEqual([
        { userId: 3, stars: 4.5 },
        { userId: 2, stars: 2 },
      ]);
      expect(raters.has(movieId(40))).toBe(false);
    });

    it("are read in the order of time, undated ones left out", async () => {
      const { ratings } = await open();
      const after = await ratings.after({ ratedAt: 100, id: Number.MAX_SAFE_INTEGER }, 2);
      expect(after.map(({ ratedAt }) => ratedAt)).toEqual([200, 250]);
      const before = await ratings.before({ ratedAt: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }, 9);
      expect(before.map(({ ratedAt }) => ratedAt)).toEqual([400, 300, 250, 200, 100]);
      expect(before[0]).toMatchObject({ movieId: 20, rating: 5, edited: false, byImported: true });
    });

    it("are drawn by their offset in the order of import", async () => {
      const { ratings } = await open();
      expect(await ratings.atOffset(1)).toEqual({ userId: 1, movieId: 30, title: "Alien", rating: 5 });
      expect(await ratings.atOffset(7)).toBeUndefined();
    });

    it("are set with one result each, undefined for unknown movies; again the same they do not change", async () => {
      const { ratings } = await open();
      const given = [
        { movieId: movieId(10), stars: 1.5 },
        { movieId: movieId(99), stars: 3 },
        { movieId: movieId(40), stars: 5 },
      ];
      const results = await ratings.set(userId(1), given, 777);
      expect(results).toMatchObject([
        { changed: true, rating: { userId: 1, movieId: 10, rating: 1.5, ratedAt: 777, edited: true } },
        undefined,
        { changed: true, rating: { movieId: 40 } },
      ]);
      const again = await ratings.set(userId(1), given.slice(0, 1), 888);
      expect(again).toMatchObject([{ changed: false, rating: { ratedAt: 777 } }]);
      // Its place in the order of import stays.
      expect((await ratings.ofUsers([userId(1)]))[0].movieIds[0]).toBe(10);
      expect(await ratings.set(userId(99), given, 1)).toBeUndefined();
      expect(await ratings.set(userId(1), [], 1)).toEqual([]);
    });

    it("that are refused leave nothing of their batch behind", async () => {
      const { ratings } = await open();
      const given = [
        { movieId: movieId(40), stars: 5 },
        { movieId: movieId(30), stars: 4.25 },
      ];
      await expect(ratings.set(userId(2), given, 1)).rejects.toThrow();
      expect(await ratings.count({ userId: userId(2) })).toBe(2);
    });

    it("are deleted once", async () => {
      const { ratings } = await open();
      expect(await ratings.delete(userId(1), movieId(10))).toMatchObject({ rating: 4, movieId: 10 });
      expect(await ratings.delete(userId(1), movieId(10))).toBeUndefined();
    });

    it("have versions that change with every change, and only then", async () => {
      const { ratings, users } = await open();
      const versions = async () => [await ratings.version()];
      const seen = new Set<string>();
      const expectNew = async () => {
        const version = JSON.stringify(await versions());
        expect(seen.has(version)).toBe(false);
        seen.add(version);
      };
      await expectNew();
      await ratings.set(userId(1), [{ movieId: movieId(10), stars: 1 }], 5);
      await expectNew();
      await ratings.set(userId(2), [{ movieId: movieId(30), stars: 1 }], 5);
      await expectNew();
      await ratings.delete(userId(1), movieId(10));
      await expectNew();
      await users.update(userId(3), { gender: "F" });
      await expectNew();
      const last = await versions();
      await ratings.set(userId(2), [{ movieId: movieId(30), stars: 1 }], 6);
      expect(await versions()).toEqual(last);
    });

    it("of two processes that write at once are all kept", async () => {
      const openStore = await makeStore();
      const [one, other] = [await fill(await openStore()), await openStore()];
      const created = await Promise.all(Array.from({ length: 8 }, (_, i) => one.users.findOrAdd(`user ${i}`, {})));
      await Promise.all(
        created.flatMap(({ id }, i) =>
          [10, 20, 30].map((movie) =>
            (i % 2 === 0 ? one : other).ratings.set(id, [{ movieId: movieId(movie), stars: 3 }], 1),
          ),
        ),
      );
      expect(await one.ratings.count()).toBe(7 + 24);
      expect(await other.statistics.totals("all")).toMatchObject({ count: 31 });
    });
  });
}
