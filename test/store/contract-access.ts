/** Promises of tokens, documents, settings and progress. */
import { describe, expect, it } from "vitest";
import { userId } from "../../src/ids.js";
import type { OpenStore } from "./contract.js";
import { fill } from "./data.js";

const token = { name: "one", scope: "editor" as const, userId: null, createdAt: 5, hash: "f0" };

export function accessContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());

  describe("tokens", () => {
    it("are found by their hash, which lists do not show", async () => {
      const { tokens } = await open();
      const added = await tokens.add(token);
      expect(added).toEqual({ id: 1, name: "one", scope: "editor", userId: null, createdAt: 5, lastUsedAt: null });
      expect(await tokens.byHash("f0")).toEqual({ ...added, hash: "f0" });
      expect(await tokens.byHash("f1")).toBeUndefined();
      expect(await tokens.all()).toEqual([added]);
    });

    it("are not added for an unknown user", async () => {
      const { tokens } = await open();
      expect(await tokens.add({ ...token, userId: userId(99) })).toBeUndefined();
      expect(await tokens.all()).toEqual([]);
    });

    it("are first once, also where two processes ask at once", async () => {
      const openStore = await makeStore();
      const stores = [await openStore(), await openStore()];
      const added = await Promise.all(stores.map(({ tokens }, i) => tokens.addFirst({ ...token, hash: `f${i}` })));
      expect(added.filter((one) => one !== undefined)).toHaveLength(1);
    });

    it("are deleted once, and known to be gone", async () => {
      const { tokens } = await open();
      const { id } = (await tokens.add(token)) as { id: number };
      await tokens.touch(id, 60);
      expect((await tokens.all())[0].lastUsedAt).toBe(60);
      expect(await tokens.has(id)).toBe(true);
      expect(await tokens.delete(id)).toMatchObject({ id, name: "one" });
      expect([await tokens.delete(id), await tokens.has(id)]).toEqual([undefined, false]);
    });
  });

  describe("documents", () => {
    const one = { hash: "b", text: "{ __typename }", source: "z.graphql", addedAt: 1 };

    it("stay as they are when they are added again", async () => {
      const { documents } = await open();
      expect(await documents.add([one, { ...one, hash: "a" }])).toBe(2);
      expect(await documents.add([{ ...one, text: "other" }])).toBe(0);
      expect(await documents.textByHash("b")).toBe("{ __typename }");
      expect(await documents.textByHash("c")).toBeUndefined();
      expect((await documents.all()).map(({ hash }) => hash)).toEqual(["a", "b"]);
    });

    it("are deleted once", async () => {
      const { documents } = await open();
      await documents.add([one]);
      expect([await documents.delete("b"), await documents.delete("b")]).toEqual([true, false]);
    });
  });

  describe("settings", () => {
    it("say what serves, in every process at once", async () => {
      const openStore = await makeStore();
      const [one, other] = [await openStore(), await openStore()];
      expect(await one.settings.serving()).toEqual({
        dataset: undefined,
        activeModel: undefined,
        activeEncoder: undefined,
      });
      await one.settings.set("activeModel", "a");
      await one.settings.set("activeModel", "b");
      await one.settings.set("activeEncoder", "resnet");
      expect(await other.settings.serving()).toMatchObject({ activeModel: "b", activeEncoder: "resnet" });
    });
  });

  describe("progress", () => {
    it("is that of the latest report", async () => {
      const { progress } = await open();
      expect(await progress.latest()).toBeUndefined();
      const report = {
        kind: "bayes",
        phase: "chains",
        done: 0.25,
        state: "RUNNING" as const,
        at: "2026-01-01T00:00:00Z",
      };
      await progress.report(report);
      await progress.report({ ...report, done: 1, state: "DONE" });
      expect(await progress.latest()).toEqual({ ...report, done: 1, state: "DONE" });
    });
  });
}
