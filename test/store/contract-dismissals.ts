/** Promises of dismissed movies. */
import { describe, expect, it } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import type { OpenStore } from "./contract.js";
import { fill } from "./data.js";

export function dismissalContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());
  const [one, two] = [userId(1), userId(2)];

  describe("dismissals", () => {
    it("are given by user, and listed with the latest first, in pages", async () => {
      const { dismissals } = await open();
      for (const [i, id] of [10, 40, 20].entries()) await dismissals.add(one, movieId(id), 100 + i);
      await dismissals.add(two, movieId(10), 200);
      expect((await dismissals.moviesOfUsers([userId(3), one, two, one])).map((ids) => [...ids])).toEqual([
        [],
        [10, 40, 20],
        [10],
        [10, 40, 20],
      ]);
      const [first, others] = await dismissals.listOfUsers([one, two], { limit: 2 });
      expect(others.map(({ node }) => node.movieId)).toEqual([10]);
      expect(first.map(({ node }) => [node.userId, node.movieId, node.dismissedAt])).toEqual([
        [1, 20, 102],
        [1, 40, 101],
      ]);
      const { node, value } = first[1];
      const [rest] = await dismissals.listOfUsers([one], { after: { value, id: node.id }, limit: 2 });
      expect(rest.map((each) => each.node.movieId)).toEqual([10]);
      expect(await dismissals.countOfUsers([one, userId(3), two])).toEqual([3, 0, 1]);
    });

    it("keep their time when they are made again, and say what does not exist", async () => {
      const { dismissals } = await open();
      const made = await dismissals.add(one, movieId(10), 100);
      expect(await dismissals.add(one, movieId(10), 200)).toEqual(made);
      expect(await dismissals.add(userId(99), movieId(10), 100)).toBe("no such user");
      expect(await dismissals.add(one, movieId(99), 100)).toBe("no such movie");
      expect(await dismissals.countOfUsers([one])).toEqual([1]);
    });

    it("are taken back once, and go with their user", async () => {
      const { dismissals, users } = await open();
      const made = await dismissals.add(one, movieId(10), 100);
      expect(await dismissals.delete(one, movieId(10))).toEqual(made);
      expect(await dismissals.delete(one, movieId(10))).toBeUndefined();
      await dismissals.add(one, movieId(10), 100);
      await users.delete(one);
      expect(await dismissals.countOfUsers([one])).toEqual([0]);
    });

    it("count as a change of the user's, and are heard by others, but only where something changed", async () => {
      const { dismissals, users, ratings, changes } = await open();
      const heard: unknown[] = [];
      const stream = changes({ subjects: ["ratings"] });
      const done = (async () => {
        for await (const change of stream) heard.push(change);
      })();
      const revision = async () => (await users.byIds([one]))[0]?.revision ?? 0;
      const before = [await revision(), await ratings.version()];
      await dismissals.add(one, movieId(10), 100);
      const after = [await revision(), await ratings.version()];
      expect(after[0]).toBeGreaterThan(before[0] as number);
      expect(after[1]).not.toBe(before[1]);
      await dismissals.add(one, movieId(10), 200);
      expect([await revision(), await ratings.version()]).toEqual(after);
      await dismissals.delete(one, movieId(10));
      expect(await revision()).toBeGreaterThan(after[0] as number);
      await stream.return?.();
      await done;
      expect(heard).toEqual([
        { subject: "ratings", userId: 1 },
        { subject: "ratings", userId: 1 },
      ]);
    });
  });
}
