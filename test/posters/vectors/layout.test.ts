/** Layouts of posters in two dimensions: similar ones near each other, the same every time. */
import { expect, test } from "vitest";
import { layOutPosters } from "../../../src/posters/vectors/layout.js";
import type { PosterIndex } from "../../../src/posters/vectors/neighbours.js";
import { gaussians, mulberry32 } from "../../../src/random.js";

const d = 8;

/** Three groups of directions, each around an axis of its own. */
function threeGroups(perGroup: number): Float32Array {
  const noise = gaussians(mulberry32(3), 3 * perGroup * d, 0.15);
  const rows = new Float32Array(3 * perGroup * d);
  for (let i = 0; i < 3 * perGroup; i++) {
    const row = Array.from({ length: d }, (_, j) => noise[i * d + j] + (j === i % 3 ? 1 : 0));
    const length = Math.hypot(...row);
    rows.set(
      row.map((value) => value / length),
      i * d,
    );
  }
  return rows;
}

function indexOf(directions: Float32Array): PosterIndex {
  return { d, ntotal: directions.length / d, directions, mean: new Float32Array(d), spread: 1 };
}

test("posters of one group lie nearer to each other than to any other, within 0 and 1, and progress is told", async () => {
  const shares: number[] = [];
  const { x, y } = await layOutPosters(indexOf(threeGroups(20)), { onProgress: (done) => shares.push(done) });
  expect([Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)]).toEqual([0, 1, 0, 1]);
  const distance = (i: number, j: number) => Math.hypot(x[i] - x[j], y[i] - y[j]);
  for (let i = 0; i < 60; i++) {
    const nearest = [...x.keys()].filter((j) => j !== i).sort((a, b) => distance(i, a) - distance(i, b))[0];
    expect(nearest % 3).toBe(i % 3);
  }
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

test("the same posters are laid out the same again", async () => {
  const index = indexOf(threeGroups(8));
  expect(await layOutPosters(index)).toEqual(await layOutPosters(index));
});

test.each([0, 1, 4, 5, 6])("%i posters have a place each", async (n) => {
  const { x, y } = await layOutPosters(indexOf(threeGroups(3).slice(0, n * d)));
  expect([x.length, y.length]).toEqual([n, n]);
  expect([...x, ...y].every((value) => value >= 0 && value <= 1)).toBe(true);
});

test("an aborted signal ends it, and too many are refused", async () => {
  const stop = new AbortController();
  const running = layOutPosters(indexOf(threeGroups(300)), { signal: stop.signal });
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: "INTERRUPTED" });
  await expect(layOutPosters({ ...indexOf(new Float32Array(0)), ntotal: 10_001 })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});
