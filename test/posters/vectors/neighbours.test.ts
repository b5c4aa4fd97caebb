import { describe, expect, test } from "vitest";
import { createPosterIndex, directionIn, nearestPosters } from "../../../src/posters/vectors/neighbours.js";
import { cosine } from "../../../src/posters/vectors/similarity.js";
import { dotProduct } from "../../../src/posters/vectors/vector-math.js";
import { gaussians, mulberry32 } from "../../../src/random.js";

describe("the nearest posters", () => {
  const d = 13;
  const ntotal = 600;
  const vectors = Float32Array.from(gaussians(mulberry32(5), ntotal * d, 1), (x) => x + 3);
  const row = (i: number) => vectors.slice(i * d, (i + 1) * d);
  const mean = Float32Array.from({ length: d }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < ntotal; i++) sum += vectors[i * d + j];
    return sum / ntotal;
  });
  const centred = (vector: Float32Array) => vector.map((x, j) => x - mean[j]);

  test("are those of the highest centred cosine, all of them looked at", async () => {
    const index = await createPosterIndex(vectors.slice(), d);
    const query = Float32Array.from(gaussians(mulberry32(6), d, 2));
    const { indices, similarities } = await nearestPosters(index, directionIn(index, query), 25);
    const expected = Array.from({ length: ntotal }, (_, i) => cosine(centred(query), centred(row(i))));
    const order = expected.map((_, i) => i).sort((a, b) => expected[b] - expected[a]);
    expect([...indices]).toEqual(order.slice(0, 25));
    indices.forEach((place, i) => {
      expect(similarities[i]).toBeCloseTo(expected[place], 5);
    });
  });

  test("leave out what is excluded, and are fewer where there are fewer", async () => {
    const index = await createPosterIndex(Float32Array.of(1, 0, 0, 1, -1, -1), 2);
    const direction = directionIn(index, Float32Array.of(1, 0));
    expect([...(await nearestPosters(index, direction, 9, new Set([0]))).indices]).toEqual([1, 2]);
    expect((await nearestPosters(index, direction, 0)).indices).toHaveLength(0);
    expect((await nearestPosters(await createPosterIndex(new Float32Array(0), 2), direction, 3)).indices).toHaveLength(
      0,
    );
  });

  test("come in the order of their places where they are equally close", async () => {
    const index = await createPosterIndex(Float32Array.of(1, 0, 0, 1, 1, 0, 1, 0), 2);
    expect([...(await nearestPosters(index, directionIn(index, Float32Array.of(1, 0)), 3)).indices]).toEqual([0, 2, 3]);
  });

  test("know how far the vectors lie from their mean", async () => {
    // Centred on (2, 0): lengths 1, 1, 2, 2.
    const index = await createPosterIndex(Float32Array.of(1, 0, 3, 0, 2, 2, 2, -2), 2);
    expect(index.spread).toBeCloseTo(Math.sqrt((1 + 1 + 4 + 4) / 4), 6);
  });

  test("let other work have its turn where there are many", async () => {
    const wide = 2000;
    const index = await createPosterIndex(
      Float32Array.from({ length: wide * 4500 }, (_, i) => (i * 7919) % 13),
      wide,
    );
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await nearestPosters(index, directionIn(index, new Float32Array(wide).fill(1)), 3);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  test("a vector that is the mean is like nothing, and lengths are checked", async () => {
    const index = await createPosterIndex(Float32Array.of(1, 2, 1, 2), 2);
    const { similarities } = await nearestPosters(index, directionIn(index, Float32Array.of(5, 5)), 2);
    expect([...similarities]).toEqual([0, 0]);
    expect(() => directionIn(index, new Float32Array(3))).toThrow("expected a vector of 2 components, received 3");
    await expect(createPosterIndex(new Float32Array(3), 2)).rejects.toThrow("expected rows of 2 components");
    await expect(nearestPosters(index, new Float32Array(1), 1)).rejects.toThrow("a direction of 2 components");
    expect(dotProduct(Float32Array.of(0, 1, 2, 3, 4, 5), 1, Float32Array.of(1, 1, 1, 1, 1), 0, 5)).toBe(15);
  });
});
