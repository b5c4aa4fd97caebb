/** Long lists leave others their turn, and are still fetched in one batch. */
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createScheduler } from "../../../src/resolvers/request/scheduler.js";
import { fixture, start } from "../../support/fixture.js";

/** How many of the promises are settled at the end of each turn of the event loop, until all are. */
async function settledByTurn(promises: readonly Promise<unknown>[]): Promise<number[]> {
  let settled = 0;
  for (const promise of promises) promise.catch(() => {}).finally(() => settled++);
  const counts = [];
  while (settled < promises.length) {
    await setImmediate();
    counts.push(settled);
  }
  return counts;
}

describe("items of lists", () => {
  test("come at once where they are few", async () => {
    const scheduler = createScheduler();
    expect(await Promise.all(scheduler.releaseItems([1, Promise.resolve(2)]))).toEqual([1, 2]);
    expect((await settledByTurn(scheduler.releaseItems(Array.from({ length: 20 }, (_, i) => i))))[0]).toBe(20);
  });

  test("come in turns where they are many, of however many lists, in their order", async () => {
    const scheduler = createScheduler();
    const order: number[] = [];
    const lists = Array.from({ length: 50 }, (_, k) =>
      scheduler.releaseItems([4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3]).map((item) => item.then((n) => order.push(n))),
    );
    const counts = await settledByTurn(lists.flat());
    // The first are of the turn in which they were asked for, and of the next.
    for (const [turn, count] of counts.entries()) expect(count - (counts[turn - 1] ?? 24)).toBeLessThanOrEqual(24);
    expect(counts.length).toBeGreaterThanOrEqual(200 / 24 - 1);
    expect(order).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  test("may fail before their turn has come", async () => {
    const scheduler = createScheduler();
    const items = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? Promise.reject(new Error(String(i))) : i));
    const settled = await Promise.allSettled(scheduler.releaseItems(items));
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(50);
    expect(settled[98]).toMatchObject({ reason: { message: "98" } });
  });

  test("are all there before a batch is run that they add to", async () => {
    const scheduler = createScheduler();
    const keys: number[] = [];
    for (const item of scheduler.releaseItems(Array.from({ length: 100 }, (_, i) => i)))
      void item.then((key) => keys.push(key));
    const atRun = await new Promise<number>((resolve) => scheduler.scheduleLookup(() => resolve(keys.length)));
    expect(atRun).toBe(100);
    let isRun = false;
    scheduler.scheduleLookup(() => {
      isRun = true;
    });
    expect(isRun).toBe(true);
  });
});

describe("what fields compute", () => {
  test("may end in any turn: what they ask for then is one batch, after the last of them", async () => {
    const scheduler = createScheduler();
    const keys: number[] = [];
    let batches = 0;
    const done = [3, 1, 2].map(async (turns) => {
      await scheduler.trackComputation(async () => {
        for (let turn = 0; turn < turns; turn++) await setImmediate();
      });
      keys.push(turns);
      // As a loader does with its first key.
      if (keys.length === 1) scheduler.scheduleLookup(() => batches++);
    });
    await Promise.all(done);
    expect(batches).toBe(0);
    await setImmediate();
    expect([batches, keys]).toEqual([1, [1, 2, 3]]);
  });

  test("and what is looked up is waited for before work that takes long", async () => {
    const scheduler = createScheduler();
    const order: string[] = [];
    scheduler.scheduleWork(() => order.push("work"));
    const looked = scheduler.trackLookup(async () => {
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      order.push("looked up");
      return "row";
    });
    expect(await looked).toBe("row");
    await setImmediate();
    await setImmediate();
    await setImmediate();
    expect(order).toEqual(["looked up", "work"]);
  });

  test("may fail, and holds nothing back then", async () => {
    const scheduler = createScheduler();
    await expect(scheduler.trackComputation(() => Promise.reject(new Error("computed")))).rejects.toThrow("computed");
    await expect(scheduler.trackLookup(() => Promise.reject(new Error("looked up")))).rejects.toThrow("looked up");
    let isRun = false;
    scheduler.scheduleLookup(() => {
      isRun = true;
    });
    expect(isRun).toBe(true);
  });
});

test("a long nested list is answered in turns, in as many statements as a short one", async () => {
  const log: string[] = [];
  const { data } = await start({ onSql: (sql) => log.push(sql), cache: false });
  const count = async (users: number) => {
    log.length = 0;
    const answer = await data(
      `{ users(first: ${users}) { edges { node { ratings(first: 10) { edges { node { rating movie { title } } } } } } } }`,
    );
    return { statements: log.length, edges: answer.users.edges };
  };
  await count(2);
  const few = await count(2);
  const others: number[] = [];
  let isOn = true;
  const watching = (async () => {
    for (let turns = 0; isOn; turns++) {
      others.push(turns);
      await setImmediate();
    }
  })();
  const many = await count(100);
  isOn = false;
  await watching;
  expect(many.edges).toHaveLength(Math.min(100, fixture.users.length));
  expect(many.statements).toBe(few.statements);
  const objects = many.edges.reduce(
    (sum: number, { node }: { node: { ratings: { edges: unknown[] } } }) => sum + node.ratings.edges.length,
    0,
  );
  expect(others.length).toBeGreaterThan(objects / 24);
});
