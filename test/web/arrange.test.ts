/** How the map places posters: a wall without gaps or overlaps, in which neighbours stay near, and islands within the window. */
import { describe, expect, test } from "vitest";
import { mulberry32 } from "../../src/random.js";
import { ratio, toIslands, toMiddle, toWall } from "../../web/src/map/arrange.js";

function points(n: number): [number[], number[]] {
  const random = mulberry32(n);
  return [Array.from({ length: n }, random), Array.from({ length: n }, random)];
}

describe("the wall", () => {
  test.each([1, 2, 7, 300, 2523])("of %i posters has a cell for each, and fits the window", (n) => {
    for (const aspect of [0.5, 1, 2.1]) {
      const wall = toWall(...points(n), aspect);
      const cells = new Set(Array.from(wall.x, (x, i) => `${x} ${wall.y[i]}`));
      expect(cells.size).toBe(n);
      for (let i = 0; i < n; i++) {
        expect(wall.x[i] % 1).toBe(0.5);
        expect(wall.x[i]).toBeLessThan(wall.width);
        expect(wall.y[i]).toBeLessThan(wall.height);
      }
      // Less than a row is empty.
      expect(wall.width * (wall.height / ratio) - n).toBeLessThan(wall.width);
    }
  });

  test("keeps left posters to the left, and upper ones above", () => {
    const [x, y] = points(400);
    const wall = toWall(x, y, 1.5);
    const correlation = (one: ArrayLike<number>, other: ArrayLike<number>) => {
      const mean = (values: ArrayLike<number>) =>
        Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
      const [a, b] = [Array.from(one, (value) => value - mean(one)), Array.from(other, (value) => value - mean(other))];
      const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i], 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    expect(correlation(x, wall.x)).toBeGreaterThan(0.95);
    expect(correlation(y, wall.y)).toBeGreaterThan(0.95);
  });
});

test.each([0.5, 1, 2.1])("stands in the middle of a window of the aspect %d, as large as fits", (aspect) => {
  const wall = toWall(...points(300), aspect);
  const middle = toMiddle(wall, aspect);
  expect(middle.width / middle.height).toBeCloseTo(aspect, 5);
  const [left, top] = [middle.x[0] - wall.x[0], middle.y[0] - wall.y[0]];
  expect(middle.width - wall.width).toBeCloseTo(2 * left, 4);
  expect(middle.height - wall.height).toBeCloseTo(2 * top, 4);
  expect(Math.min(left, top)).toBeCloseTo(0, 5);
  for (let i = 0; i < 300; i++) {
    expect(middle.x[i] - wall.x[i]).toBeCloseTo(left, 4);
    expect(middle.y[i] - wall.y[i]).toBeCloseTo(top, 4);
  }
});

test("islands lie within the window, their posters whole, in the order of their positions", () => {
  const [x, y] = points(200);
  const islands = toIslands(x, y, 2);
  expect(islands.width / islands.height).toBeCloseTo(2, 5);
  for (let i = 0; i < 200; i++) {
    expect(islands.x[i]).toBeGreaterThanOrEqual(0.5);
    expect(islands.x[i]).toBeLessThanOrEqual(islands.width - 0.5);
    expect(islands.y[i]).toBeGreaterThanOrEqual(ratio / 2);
    expect(islands.y[i]).toBeLessThanOrEqual(islands.height - ratio / 2);
  }
  const byX = [...x.keys()].sort((a, b) => x[a] - x[b]);
  expect(byX.map((i) => islands.x[i])).toEqual(Array.from(islands.x).sort((a, b) => a - b));
});
