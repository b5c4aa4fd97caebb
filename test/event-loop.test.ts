/** Many computations at once yield to the event loop as one would. */
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createYield, withSignal } from "../src/event-loop.js";

test("of a hundred that begin together, few take a step in one tick, and all come to their end", async () => {
  const steps: number[] = [];
  let tick = 0;
  const done = Promise.all(
    Array.from({ length: 100 }, async () => {
      const pause = createYield();
      for (let step = 0; step < 2; step++) {
        await pause();
        steps.push(tick);
      }
    }),
  );
  let isOn = true;
  const ticks = (async () => {
    for (; isOn; tick++) await setImmediate();
  })();
  await done;
  isOn = false;
  await ticks;
  expect(steps).toHaveLength(200);
  // Without counting who was let go on, all hundred would take their first step in one.
  for (let one = 0; one < tick; one++) expect(steps.filter((at) => at === one).length).toBeLessThan(20);
});

test("throws what the signal was aborted with, also where it rests", async () => {
  const gone = new AbortController();
  const pauses = withSignal(gone.signal, () => Array.from({ length: 10 }, createYield));
  const resting = pauses.map((pause) => pause()).filter((rest) => rest !== undefined);
  expect(resting.length).toBeGreaterThan(0);
  gone.abort(new Error("gone"));
  for (const rest of resting) await expect(rest).rejects.toThrow("gone");
  expect(() => pauses[0]()).toThrow("gone");
});
