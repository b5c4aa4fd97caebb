import { describe, expect, test } from "vitest";
import { clusterPosters } from "../../../src/posters/vectors/clusters.js";
import { createPosterIndex } from "../../../src/posters/vectors/neighbours.js";
import { gaussian, gaussians, mulberry32 } from "../../../src/random.js";

/** Points around so many centres, each as many. */
function blobs(centres: number, each: number, d: number): Float32Array {
  const random = mulberry32(9);
  const middle = gaussians(random, centres * d, 1);
  return Float32Array.from({ length: centres * each * d }, (_, at) => {
    const point = Math.floor(at / d);
    return middle[(point % centres) * d + (at % d)] + 0.15 * gaussian(random);
  });
}

describe("kinds of posters", () => {
  test.each([20, 300])("are found as many as there are, in %d dimensions", async (d) => {
    const { directions } = await createPosterIndex(blobs(8, 40, d), d);
    const { k, assignments, sizes, silhouette } = await clusterPosters(directions, d);
    expect(k).toBe(8);
    expect([...sizes]).toEqual(new Array(8).fill(40));
    expect(silhouette).toBeGreaterThan(0.7);
    for (let i = 0; i < 320; i++) expect(assignments[i]).toBe(assignments[i % 8]);
    expect(new Set(assignments.slice(0, 8)).size).toBe(8);
  });

  test("are the same every time for one seed", async () => {
    const { directions } = await createPosterIndex(blobs(7, 30, 12), 12);
    const [one, other] = [await clusterPosters(directions, 12, 3), await clusterPosters(directions, 12, 3)];
    expect([...one.assignments]).toEqual([...other.assignments]);
  });

  test("are one where there are too few posters, or all are alike", async () => {
    expect(await clusterPosters(new Float32Array(20 * 4).fill(0.5), 4)).toMatchObject({ k: 1, silhouette: 0 });
    expect(await clusterPosters(new Float32Array(100 * 4).fill(0.5), 4)).toMatchObject({ k: 1 });
    expect(await clusterPosters(new Float32Array(0), 4)).toMatchObject({ k: 1, sizes: Int32Array.of(0) });
  });
});
