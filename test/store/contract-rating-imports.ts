/** Promises of imports of one person's ratings. */
import { describe, expect, it } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import type { ConflictPolicy } from "../../src/store/rating-imports.js";
import type { Store } from "../../src/store/store.js";
import type { OpenStore } from "./contract.js";
import { fill } from "./data.js";

type Given = [movie: number, stars: number, ratedAt: number | null];

export function ratingImportContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());
  const one = userId(1);
  const add = (store: Store, given: Given[], conflicts: ConflictPolicy = "NEWEST", user = one) =>
    store.ratingImports.add({
      userId: user,
      service: "imdb",
      importedAt: 1000,
      conflicts,
      ratings: given.map(([id, stars, ratedAt]) => ({ movieId: movieId(id), stars, ratedAt })),
    });
  /** The user's ratings by movie: stars, time, whether a person set it. */
  const ratingsOf = async (store: Store) => {
    const rows = await store.ratings.list({ userId: one }, { field: "IMPORT", descending: false }, { limit: 99 });
    return Object.fromEntries(rows.map(({ node }) => [node.movieId, [node.rating, node.ratedAt, node.edited]]));
  };

  describe("imports of ratings", () => {
    // The user's own: 10 (4 stars at 100), 30 (5 at 300), 20 (5 at 400), 50 (3, undated).
    it("add ratings, replace earlier ones, and keep later and equal ones", async () => {
      const store = await open();
      const made = await add(store, [
        [40, 2.5, 900],
        [10, 1, 200],
        [30, 1, 200],
        [20, 5, 900],
        [50, 4, null],
        [99, 3, 900],
      ]);
      expect(made).toMatchObject({
        userId: 1,
        service: "imdb",
        importedAt: 1000,
        undoneAt: null,
        added: 1,
        changed: 2,
        kept: 2,
      });
      expect(await ratingsOf(store)).toEqual({
        10: [1, 200, true],
        20: [5, 400, false],
        30: [5, 300, false],
        40: [2.5, 900, true],
        50: [4, 1000, true],
      });
    });

    it("keep every rating that is there, where that is asked for", async () => {
      const store = await open();
      expect(
        await add(
          store,
          [
            [10, 1, 900],
            [40, 2, 900],
          ],
          "KEEP",
        ),
      ).toMatchObject({ added: 1, changed: 0, kept: 1 });
      expect((await ratingsOf(store))[10]).toEqual([4, 100, false]);
    });

    it("are undone as a whole, except for what was changed or removed since, and once", async () => {
      const store = await open();
      const before = await ratingsOf(store);
      const made = await add(store, [
        [40, 2, 900],
        [10, 1, 900],
        [30, 1, 900],
        [50, 1, 900],
      ]);
      await store.ratings.set(one, [{ movieId: movieId(30), stars: 2 }], 950);
      await store.ratings.delete(one, movieId(50));
      const undone = await store.ratingImports.undo(one, made!.id, 2000);
      expect(undone).toMatchObject({ restored: 1, removed: 1, left: 2, import: { id: made!.id, undoneAt: 2000 } });
      const { 50: _gone, ...rest } = before;
      expect(await ratingsOf(store)).toEqual({ ...rest, 30: [2, 950, true] });
      expect(await store.ratingImports.undo(one, made!.id, 3000)).toMatchObject({
        restored: 0,
        removed: 0,
        left: 0,
        import: { undoneAt: 2000 },
      });
    });

    it("are listed with the latest first, and go with their user", async () => {
      const store = await open();
      const [first, second] = [await add(store, [[40, 2, 900]]), await add(store, [[40, 3, 950]])];
      expect((await store.ratingImports.ofUsers([userId(2), one])).map((list) => list.map(({ id }) => id))).toEqual([
        [],
        [second!.id, first!.id],
      ]);
      await store.users.delete(one);
      expect(await store.ratingImports.ofUsers([one])).toEqual([[]]);
    });

    it("of nobody, and another user's, are none", async () => {
      const store = await open();
      expect(await add(store, [[40, 2, 900]], "NEWEST", userId(99))).toBeUndefined();
      const made = await add(store, [[40, 2, 900]]);
      expect(await store.ratingImports.undo(userId(2), made!.id, 2000)).toBeUndefined();
      expect(await store.ratingImports.undo(one, 999, 2000)).toBeUndefined();
    });

    it("count in the sums of movies and as a change of the user's, and set all ratings or none", async () => {
      const store = await open();
      const state = async () => [
        (await store.users.byIds([one]))[0]?.revision,
        await store.ratings.version(),
        (await store.statistics.ofMovies("all", [movieId(40)]))[0].ratingCount,
      ];
      const before = await state();
      // Stars that no rating may have: the last of three fails.
      await expect(
        add(store, [
          [40, 2, 900],
          [10, 1, 900],
          [30, 7, 900],
        ]),
      ).rejects.toThrow();
      expect(await state()).toEqual(before);
      expect(await store.ratingImports.ofUsers([one])).toEqual([[]]);
      await add(store, [[40, 2, 900]]);
      const [revision, version, count] = await state();
      expect(revision).toBeGreaterThan(before[0] as number);
      expect(version).not.toBe(before[1]);
      expect(count).toBe(1);
    });

    it("let others read and write meanwhile", async () => {
      const openStore = await makeStore();
      const [store, other] = [await fill(await openStore()), await openStore()];
      const [made, set] = await Promise.all([
        add(store, [[40, 2, 900]]),
        other.ratings.set(userId(2), [{ movieId: movieId(40), stars: 3 }], 5),
      ]);
      expect([made?.added, set?.[0]?.changed]).toEqual([1, true]);
      expect(await store.ratings.count()).toBe(9);
    });
  });
}
