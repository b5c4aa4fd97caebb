import { describe, expect, it } from "vitest";
import { createLazyAdam } from "../../../src/ml/baseline/lazy-adam.js";
import { gaussian, mulberry32 } from "../../../src/random.js";

const width = 3;
const rows = 5;
const learningRate = 0.01;

/** Adam as published, over every row at every step: slow, and plain. */
function denseAdam(table: Float64Array, gradients: Float64Array[]): void {
  const first = new Float64Array(table.length);
  const second = new Float64Array(table.length);
  gradients.forEach((gradient, s) => {
    const step = s + 1;
    for (let i = 0; i < table.length; i++) {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i];
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2;
      const m = first[i] / (1 - 0.9 ** step);
      const v = second[i] / (1 - 0.999 ** step);
      table[i] -= (learningRate * m) / (Math.sqrt(v) + 1e-8);
    }
  });
}

describe("lazy Adam", () => {
  it("ends where dense Adam ends, for rows that are touched often, rarely, once and never", () => {
    const random = mulberry32(7);
    const start = Float64Array.from({ length: rows * width }, () => gaussian(random));
    const touches = [1, 3, 40, 400, 0]; // every so many steps
    const steps = 600;
    const gradients = Array.from({ length: steps }, (_, s) =>
      Float64Array.from({ length: rows * width }, (_, i) => {
        const every = touches[Math.floor(i / width)];
        return every > 0 && s % every === 0 ? gaussian(random) * 1e-3 : 0;
      }),
    );
    const dense = Float64Array.from(start);
    denseAdam(dense, gradients);

    const lazy = Float32Array.from(start);
    const adam = createLazyAdam(lazy, width, learningRate);
    gradients.forEach((gradient, s) => {
      for (let row = 0; row < rows; row++) {
        const of = Float32Array.from(gradient.subarray(row * width, (row + 1) * width));
        if (of.every((g) => g === 0)) continue;
        adam.catchUp(row, s);
        adam.apply(row, s + 1, of, 0);
      }
    });
    adam.flush(steps);
    for (let i = 0; i < lazy.length; i++) expect(Math.abs(lazy[i] - dense[i])).toBeLessThan(2e-5);
    expect(Math.abs(dense[0] - start[0])).toBeGreaterThan(0.05);
    expect(lazy.subarray(4 * width)).toEqual(Float32Array.from(start.subarray(4 * width)));
  });

  it("refuses a table that is no whole number of rows", () => {
    expect(() => createLazyAdam(new Float32Array(7), 3, 0.1)).toThrow("expected a multiple of 3 values, received 7");
  });
});
