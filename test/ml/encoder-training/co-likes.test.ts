import { describe, expect, test } from "vitest";
import { sparseRows } from "../../../src/ml/data/rating-matrix.js";
import { createCoLikeLift, likeFactors } from "../../../src/ml/encoder-training/co-likes.js";
import { createEncoderTargets } from "../../../src/ml/encoder-training/encoder-targets.js";
import { mulberry32 } from "../../../src/random.js";

function selectLikes(users: number, items: number, pairs: [number, number][]) {
  return sparseRows(
    users,
    items,
    Int32Array.from(pairs, ([user]) => user),
    Int32Array.from(pairs, ([, item]) => item),
    new Float32Array(pairs.length).fill(1),
  );
}

describe("co-like lift", () => {
  test("is U · |Li ∩ Lj| / (|Li| · |Lj|), worked by hand", () => {
    // item 0: users 0, 1, 2; item 1: users 0, 1; item 2: user 3; item 3: nobody; five users
    const likes = selectLikes(5, 4, [
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 1],
      [3, 2],
    ]);
    const out = new Float32Array(4);
    createCoLikeLift(likes)(0, out);
    expect([...out].map((value) => Number(value.toFixed(5)))).toEqual([1.66667, 1.66667, 0, 0]);
    createCoLikeLift(likes)(3, out);
    expect([...out]).toEqual([0, 0, 0, 0]);
  });
});

/** Two circles of people, each with six items of their own; each person likes five of the six. */
function twoCircles() {
  const pairs: [number, number][] = [];
  for (let user = 0; user < 60; user++) {
    for (let item = 0; item < 6; item++) if (item !== user % 6) pairs.push([user, (user < 30 ? 0 : 6) + item]);
  }
  return selectLikes(60, 12, pairs);
}

const cosine = (vectors: Float32Array, d: number, a: number, b: number) => {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let c = 0; c < d; c++) {
    dot += vectors[a * d + c] * vectors[b * d + c];
    squaresA += vectors[a * d + c] ** 2;
    squaresB += vectors[b * d + c] ** 2;
  }
  return dot / Math.sqrt(squaresA * squaresB);
};

describe("like factors", () => {
  test("bring items of one circle of people together, and part the circles", () => {
    const factors = likeFactors(twoCircles(), 1, mulberry32(1));
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < i; j++) {
        const sameCircle = i < 6 === j < 6;
        expect(Math.sign(factors[i] * factors[j])).toBe(sameCircle ? 1 : -1);
      }
    }
  });

  test("give back what the likes say: with all of them, A restricted to its rank", () => {
    const likes = twoCircles();
    // Their squared lengths sum to Σσ² less the first, which the trace of AᵀA gives: 300 likes / (5 · (25 + 20)).
    const factors = likeFactors(likes, 11, mulberry32(2));
    const sum = factors.reduce((total, value) => total + value * value, 0);
    const trace = 300 / (5 * (25 + 20));
    // The first pair of values is equal, one for each circle: 5/9 as all likes of a circle, (Σ_i 1/√45)² / … = 25/45.
    expect(sum).toBeCloseTo(trace - 30 * 5 * (1 / 45) * (1 / 6), 3);
  });

  test("are zero for items that nobody likes", () => {
    const likes = selectLikes(2, 3, [
      [0, 0],
      [1, 1],
    ]);
    const factors = likeFactors(likes, 2, mulberry32(3));
    expect([...factors.slice(4)]).toEqual([0, 0]);
  });
});

describe("taste targets", () => {
  test("are close for one genre and one audience, far for others", () => {
    const genres = Array.from({ length: 12 }, (_, i) => (i < 6 ? ["Comedy"] : ["Horror", "Drama"]));
    const { targets, outputs } = createEncoderTargets(genres, twoCircles(), 0);
    expect(outputs).toBe(3 + 64);
    expect(cosine(targets, outputs, 0, 1)).toBeGreaterThan(0.5);
    expect(cosine(targets, outputs, 0, 7)).toBeLessThan(-0.5);
  });

  test("are genres alone where nobody rated", () => {
    expect(createEncoderTargets([["A"], ["B"]], selectLikes(1, 2, []), 0).outputs).toBe(2);
  });
});
