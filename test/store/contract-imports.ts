/** Promises of imports. */
import { describe, expect, it } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import type { MergeOptions, StagedImport, StageOptions } from "../../src/store/imports.js";
import type { Store } from "../../src/store/store.js";
import type { OpenStore } from "./contract.js";
import { dataset, fill, imdb, picture } from "./data.js";

const small: StageOptions = { dataset: dataset.dataset, replace: false, duplicates: "newest" };
const options: MergeOptions = { isNameUnique: true };

function gather(staged: StagedImport, changes: Partial<typeof dataset> = {}): StagedImport {
  const { movies, users, ratings } = { ...dataset, ...changes };
  for (const movie of movies) staged.addMovie(movie);
  for (const user of users) staged.addUser(user);
  for (const rating of ratings) staged.addRating(rating);
  return staged;
}

/** Everything that an import writes. */
async function contents({ movies, users, ratings, statistics, settings }: Store) {
  const all = await movies.all();
  return [
    all,
    await users.all(),
    await ratings.all(),
    await statistics.ofMovies(
      "all",
      all.map(({ id }) => id),
    ),
    (await settings.serving()).dataset?.name,
  ];
}

export function importContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());

  describe("imports", () => {
    it("fill an empty store, and only an empty one", async () => {
      const store = await (await makeStore())();
      expect(await store.imports.create(dataset)).toBe(true);
      const before = await contents(store);
      expect(await store.imports.create({ ...dataset, movies: [] })).toBe(false);
      expect(await contents(store)).toEqual(before);
    });

    it("fill nothing where one row is refused", async () => {
      const store = await (await makeStore())();
      await expect(store.imports.create({ ...dataset, posters: [picture(99, "a")] })).rejects.toThrow();
      expect(await store.movies.count()).toBe(0);
      expect((await store.settings.serving()).dataset).toBeUndefined();
    });

    it("change nothing before they are merged, nor when they are discarded", async () => {
      const store = await (await makeStore())();
      gather(await store.imports.stage(small)).discard();
      expect(await store.movies.count()).toBe(0);
    });

    it("merge everything in one step, as a whole data set that is created", async () => {
      const [merged, created] = [await (await makeStore())(), await open()];
      const staged = gather(await merged.imports.stage(small));
      const report = await staged.merge(options);
      staged.discard();
      expect(report).toMatchObject({
        users: 3,
        movies: 5,
        ratings: 7,
        changed: { users: 3, movies: 5, ratings: 7, links: 0 },
        removed: { users: 0, movies: 0, ratings: 0 },
        replaced: null,
        lost: null,
        hasTimes: true,
      });
      const [, users, ratings, statistics] = await contents(created);
      expect((await contents(merged)).slice(1, 4)).toEqual([users, ratings, statistics]);
    });

    it("of the same data again change nothing", async () => {
      const store = await open();
      const before = await contents(store);
      const staged = gather(await store.imports.stage(small));
      const report = await staged.merge(options);
      staged.discard();
      expect(report.changed).toEqual({ users: 0, movies: 0, ratings: 0, links: 0 });
      expect(await contents(store)).toEqual(before);
    });

    it("count one of several ratings of a movie by a user, as the policy says", async () => {
      const rating = { userId: userId(1), movieId: movieId(10), rating: 1, ratedAt: 50 };
      for (const [policy, stars] of [
        ["newest", 4],
        ["first", 1],
      ] as const) {
        const store = await (await makeStore())();
        const staged = gather(await store.imports.stage({ ...small, duplicates: policy }), {
          ratings: [rating, ...dataset.ratings],
        });
        expect(staged.duplicates).toBe(1);
        await staged.merge(options);
        staged.discard();
        expect((await store.ratings.topOfUsers([userId(1)], 9))[0].find((row) => row.movieId === 10)?.rating).toBe(
          stars,
        );
      }
      const store = await (await makeStore())();
      const staged = gather(await store.imports.stage({ ...small, duplicates: "refuse" }));
      expect(staged.addRating(rating)).toBe(false);
      staged.discard();
    });

    it("remove what the files no longer hold, but nothing that people made", async () => {
      const store = await open();
      await store.ratings.set(userId(3), [{ movieId: movieId(50), stars: 2 }], 5);
      await store.links.set([{ movieId: movieId(40), imdbId: imdb("tt0000099") }]);
      const own = await store.users.findOrAdd("anna", {});
      const staged = gather(await store.imports.stage(small), {
        movies: dataset.movies.filter(({ movieId: id }) => id === 10 || id === 20),
        users: dataset.users.slice(0, 1),
        ratings: dataset.ratings.slice(0, 3).filter(({ movieId: id }) => id !== 30),
      });
      const report = await staged.merge(options);
      staged.discard();
      expect(report.removed).toEqual({ users: 1, movies: 1, ratings: 5 });
      expect((await store.users.all()).map(({ id }) => id)).toEqual([1, 3, own.id]);
      expect((await store.movies.all()).map(({ id }) => id).sort()).toEqual([10, 20, 40, 50]);
    });

    it("leave alone what people set, and do not bring back what they deleted", async () => {
      const store = await open();
      await store.ratings.set(userId(1), [{ movieId: movieId(10), stars: 0.5 }], 5);
      await store.ratings.delete(userId(1), movieId(30));
      await store.users.delete(userId(2));
      await store.users.update(userId(3), { gender: "M" });
      const staged = gather(await store.imports.stage(small));
      const report = await staged.merge(options);
      staged.discard();
      expect(report.leftOut).toEqual({ users: 1, ratings: 3 });
      const [own] = await store.ratings.ofUsers([userId(1)]);
      expect([...own.movieIds].sort()).toEqual([10, 20, 50]);
      expect(own.stars[own.movieIds.indexOf(10)]).toBe(0.5);
      expect((await store.users.all()).map(({ id, gender }) => [id, gender])).toEqual([
        [1, "F"],
        [3, "M"],
      ]);
    });

    it("do not bring back what is deleted while they are gathered", async () => {
      const openStore = await makeStore();
      const [store, other] = [await fill(await openStore()), await openStore()];
      const staged = gather(await store.imports.stage(small));
      await other.ratings.delete(userId(1), movieId(30));
      await other.users.delete(userId(2));
      await staged.merge(options);
      staged.discard();
      expect(await store.ratings.count()).toBe(4);
      expect((await store.users.all()).map(({ id }) => id)).toEqual([1, 3]);
    });

    it("refuse another data set unless it replaces the loaded one, and say what is lost", async () => {
      const store = await open();
      const other = { ...small, dataset: { name: "other", kind: "csv" as const } };
      await store.ratings.set(userId(1), [{ movieId: movieId(10), stars: 0.5 }], 5);
      await store.ratings.delete(userId(1), movieId(20));
      await expect(store.imports.stage(other)).rejects.toMatchObject({ code: "DATA_OTHER_DATASET" });
      const staged = gather(await store.imports.stage({ ...other, replace: true }));
      const report = await staged.merge(options);
      staged.discard();
      // What was deleted of the old data set is not deleted of the new one.
      expect(report).toMatchObject({ replaced: "small", lost: { ratings: 1, posters: 2, deletions: 1 }, ratings: 7 });
      expect((await store.settings.serving()).activeModel).toBeUndefined();
    });

    it("that another data set overtakes are refused when they are merged", async () => {
      const openStore = await makeStore();
      const [store, other] = [await openStore(), await openStore()];
      const staged = gather(await store.imports.stage({ ...small, dataset: { name: "other", kind: "csv" } }));
      const before = await contents(await fill(other));
      await expect(staged.merge(options)).rejects.toMatchObject({ code: "DATA_OTHER_DATASET" });
      staged.discard();
      expect(await contents(store)).toEqual(before);
    });

    it("refuse other rows under the same name, unless the name alone says which data set it is", async () => {
      const store = await open();
      const staged = await store.imports.stage(small);
      gather(staged, { movies: dataset.movies.map((movie) => ({ ...movie, title: `${movie.title} 2` })) });
      await expect(staged.merge({ isNameUnique: false })).rejects.toMatchObject({
        code: "DATA_OTHER_DATASET",
      });
      expect((await staged.merge(options)).changed.movies).toBe(5);
      staged.discard();
    });

    it("let others read and write while they are gathered", async () => {
      const openStore = await makeStore();
      const [store, other] = [await fill(await openStore()), await openStore()];
      const staged = gather(await store.imports.stage(small));
      await other.ratings.set(userId(2), [{ movieId: movieId(40), stars: 3 }], 1);
      await store.ratings.set(userId(2), [{ movieId: movieId(50), stars: 3 }], 1);
      const report = await staged.merge(options);
      staged.discard();
      expect(report.ratings).toBe(9);
    });
  });
}
