import { expect, it } from "vitest";
import { topK } from "../../../src/ml/linalg/top-k.js";

const none = (n: number) => new Uint8Array(n);

it("gives the places of the highest scores, best first, equal ones by place", () => {
  expect([...topK(Float32Array.of(1, 5, 3, 5, 2), none(5), 3)]).toEqual([1, 3, 2]);
});

it("leaves out what is excluded, minus infinity and not a number", () => {
  const scores = Float32Array.of(9, Number.NEGATIVE_INFINITY, Number.NaN, 1, 2);
  expect([...topK(scores, Uint8Array.of(1, 0, 0, 0, 0), 5)]).toEqual([4, 3]);
});

it("gives fewer where fewer are left, and none for 0", () => {
  expect([...topK(Float32Array.of(1, 2), none(2), 7)]).toEqual([1, 0]);
  expect([...topK(Float32Array.of(1, 2), none(2), 0)]).toEqual([]);
});

it("agrees with sorting everything", () => {
  const scores = Float32Array.from({ length: 500 }, (_, i) => ((i * 7919) % 97) / 10);
  const sorted = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 40);
  expect([...topK(scores, none(500), 40)]).toEqual(sorted);
});

it("wants a flag for every score", () => {
  expect(() => topK(new Float32Array(3), none(2), 1)).toThrow("expected 3 flags, received 2");
});
