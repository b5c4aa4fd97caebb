/** Promises of users. */
import { describe, expect, it } from "vitest";
import { firstOwnId, movieId, userId } from "../../src/ids.js";
import type { PreparedEmbedding, PreparedUser } from "../../src/store/prepared-users.js";
import type { OpenStore } from "./contract.js";
import { everybody, fill, nobody } from "./data.js";

export function userContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());

  describe("users", () => {
    it("are given in the order of the ids, undefined for unknown ones", async () => {
      const { users } = await open();
      const found = await users.byIds([3, 99, 1, 3].map(userId));
      expect(found.map((user) => user?.id)).toEqual([3, undefined, 1, 3]);
      expect(found[2]).toEqual({
        id: 1,
        gender: "F",
        ageGroup: 25,
        occupation: "artist",
        zipCode: "1",
        source: "import",
        edited: false,
        revision: 1,
        externalId: null,
      });
      expect(await users.byIds([])).toEqual([]);
    });

    it("stand in the order of their ids", async () => {
      const { users } = await open();
      expect((await users.all()).map(({ id }) => id)).toEqual([1, 2, 3]);
      expect(await users.idRange()).toEqual({ lowest: 1, highest: 3 });
      expect([(await users.atOffset(0))?.id, (await users.atOffset(2))?.id, await users.atOffset(3)]).toEqual([
        1,
        3,
        undefined,
      ]);
    });

    it("are none in an empty store", async () => {
      const { users } = await (await makeStore())();
      expect([await users.all(), await users.count(), await users.idRange(), await users.atOffset(0)]).toEqual([
        [],
        0,
        undefined,
        undefined,
      ]);
    });

    it("are listed in pages, all of them without a filter, readable or not", async () => {
      const { users } = await open();
      const first = await users.list({}, nobody, { limit: 2 });
      expect(first.map(({ node, value }) => [node.id, value])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      const rest = await users.list({}, nobody, { after: { value: 2, id: 2 }, limit: 2 });
      expect(rest.map(({ node }) => node.id)).toEqual([3]);
      const back = await users.list({}, nobody, { before: { value: 3, id: 3 }, limit: 1, inverted: true });
      expect(back.map(({ node }) => node.id)).toEqual([2]);
    });

    it("match a filter only where they may be read", async () => {
      const { users } = await open();
      const ids = async (filter: object, readable: typeof everybody | { own: never }) =>
        (await users.list(filter, readable as typeof everybody, { limit: 9 })).map(({ node }) => node.id);
      expect(await ids({ ageGroup: 25 }, everybody)).toEqual([1, 2]);
      expect(await ids({ ageGroup: 25, gender: "M" }, everybody)).toEqual([2]);
      expect(await ids({ occupation: "artist" }, everybody)).toEqual([1]);
      expect(await ids({ ageGroup: 25 }, nobody)).toEqual([]);
      expect(await ids({ ageGroup: 25 }, { ...nobody, own: 2 as never })).toEqual([2]);
      expect(await users.count({ ageGroup: 25 }, everybody)).toBe(2);
      expect(await users.count({ ageGroup: 25 }, nobody)).toBe(0);
      expect(await users.count({}, nobody)).toBe(3);
    });

    it("are found by demographics, null standing for any", async () => {
      const { users } = await open();
      expect(await users.idsByDemographics({ gender: "F", ageGroup: null })).toEqual([1]);
      expect(await users.idsByDemographics({ gender: null, ageGroup: 25 })).toEqual([1, 2]);
      expect(await users.idsByDemographics({ gender: null, ageGroup: null })).toEqual([1, 2, 3]);
    });

    it("are added once for each external id, under ids that are never used again", async () => {
      const { users } = await open();
      const added = await users.findOrAdd("anna", { gender: "F" });
      expect(added).toMatchObject({ id: firstOwnId, source: "api", externalId: "anna", gender: "F", ageGroup: null });
      expect(await users.findOrAdd("anna", { gender: "M" })).toEqual(added);
      await users.delete(added.id);
      expect((await users.findOrAdd("anna", {})).id).toBe(firstOwnId + 1);
    });

    it("are updated in what is given only", async () => {
      const { users } = await open();
      expect(await users.update(userId(1), { occupation: null })).toMatchObject({
        gender: "F",
        occupation: null,
        edited: true,
      });
      expect(await users.update(userId(99), { gender: "F" })).toBeUndefined();
    });

    it("are deleted with their ratings and tokens", async () => {
      const { users, ratings, tokens } = await open();
      await tokens.add({ name: "own", scope: "user", userId: userId(1), createdAt: 1, hash: "1" });
      expect(await users.delete(userId(1))).toEqual({ ratings: 4 });
      expect(await users.delete(userId(1))).toBeUndefined();
      expect(await ratings.count()).toBe(3);
      expect(await tokens.all()).toEqual([]);
    });

    it("that two processes add at once under one external id are one user", async () => {
      const openStore = await makeStore();
      const [one, other] = [await fill(await openStore()), await openStore()];
      const added = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).users.findOrAdd(`user ${i >> 1}`, {})),
      );
      expect(new Set(added.map(({ id }) => id)).size).toBe(10);
      expect(await one.users.count()).toBe(13);
    });
  });

  describe("revisions of users", () => {
    it("grow with every change of their ratings and demographics, and with no other", async () => {
      const { users, ratings, tokens } = await open();
      const revisions = async () => (await users.byIds([1, 2].map(userId))).map((user) => user?.revision ?? 0);
      let [one, other] = await revisions();
      const changes = [
        () => ratings.set(userId(1), [{ movieId: movieId(40), stars: 3 }], 500),
        () => ratings.set(userId(1), [{ movieId: movieId(40), stars: 4 }], 501),
        () => ratings.delete(userId(1), movieId(40)),
        () => users.update(userId(1), { gender: "M" }),
      ];
      for (const change of changes) {
        await change();
        const [now, same] = await revisions();
        expect(now).toBeGreaterThan(one);
        expect(same).toBe(other);
        [one, other] = [now, same];
      }
      await ratings.set(userId(1), [{ movieId: movieId(10), stars: 4 }], 502);
      const [edited] = await revisions();
      await ratings.set(userId(1), [{ movieId: movieId(10), stars: 4 }], 503);
      await tokens.add({ name: "own", scope: "user", userId: userId(1), createdAt: 1, hash: "2" });
      expect((await revisions())[0]).toBe(edited);
    });
  });

  describe("prepared users", () => {
    const prepared = (id: number, revision: number): PreparedUser & PreparedEmbedding => ({
      userId: userId(id),
      revision,
      embedding: new Uint8Array([id, 2, 3]),
      best: id === 2 ? null : new Uint8Array([4, 5]),
      topRatings: [],
    });

    it("are given in the order of the ids, for the model that they were prepared for only", async () => {
      const { preparedUsers } = await open();
      await preparedUsers.save("a", [prepared(1, 1), prepared(2, 1)]);
      const [two, none, one] = await preparedUsers.byUserIds("a", [2, 3, 1].map(userId));
      expect(none).toBeUndefined();
      expect([two?.best, [...(one?.best ?? [])]]).toEqual([null, [4, 5]]);
      const embeddings = await preparedUsers.embeddings("a", [2, 3, 1].map(userId));
      expect(embeddings.map((row) => row && [row.revision, ...row.embedding])).toEqual([
        [1, 2, 2, 3],
        undefined,
        [1, 1, 2, 3],
      ]);
      expect(await preparedUsers.embeddings("b", [userId(1)])).toEqual([undefined]);
      expect(await preparedUsers.byUserIds("b", [userId(1)])).toEqual([undefined]);
      expect(await preparedUsers.byUserIds("a", [])).toEqual([]);
    });

    it("replace those of another model and revision, and go with their user", async () => {
      const { preparedUsers, users } = await open();
      await preparedUsers.save("a", [prepared(1, 1), prepared(2, 1)]);
      await preparedUsers.save("b", [prepared(1, 7), prepared(99, 1)]);
      expect((await preparedUsers.byUserIds("b", [1, 99].map(userId))).map((row) => row?.revision)).toEqual([
        7,
        undefined,
      ]);
      expect(await preparedUsers.byUserIds("a", [userId(1)])).toEqual([undefined]);
      await users.delete(userId(2));
      expect(await preparedUsers.byUserIds("a", [userId(2)])).toEqual([undefined]);
    });

    it("are missing where they are of another model or an earlier revision", async () => {
      const { preparedUsers, ratings } = await open();
      expect(await preparedUsers.missing("a")).toEqual([1, 2, 3]);
      await preparedUsers.save("a", [prepared(1, 1), prepared(2, 1), prepared(3, 1)]);
      await preparedUsers.save("b", [prepared(3, 1)]);
      await ratings.set(userId(1), [{ movieId: movieId(40), stars: 3 }], 500);
      expect(await preparedUsers.missing("a")).toEqual([1, 3]);
      expect(await preparedUsers.outdated("a", [3, 2, 1, 99].map(userId))).toEqual([1]);
      expect(await preparedUsers.outdated("a", [userId(2)])).toEqual([]);
      expect([await preparedUsers.page(0, 2), await preparedUsers.page(2, 2)]).toEqual([[1, 2], [3]]);
    });
  });
}
