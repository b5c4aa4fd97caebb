import { describe, expect, it } from "vitest";
import { drawIndices, shuffledLists } from "../../../src/ml/data/split.js";
import { drawLeaveOneOut } from "../../../src/ml/evaluation/leave-one-out.js";
import { movie, ratings, user } from "../fixtures.js";

const users = [user(7), user(3), user(5)];
const movies = Array.from({ length: 150 }, (_, i) => movie(1000 - i, "Drama"));
// User 7 rated 20 movies, user 3 all the others and so has no 99 to be drawn, user 5 one.
const rows: [number, number, number][] = [
  ...movies.slice(0, 20).map(({ id }, i): [number, number, number] => [7, id, 1 + (i % 5)]),
  ...movies.slice(20, 149).map(({ id }): [number, number, number] => [3, id, 4]),
  [5, movies[0].id, 3],
];
const data = { users, movies, ratings: ratings(rows) };

describe("leaving one rating of each user out", () => {
  it("ranks it among 99 movies that somebody rated and the user did not", () => {
    const cases = drawLeaveOneOut(data, 1);
    expect(cases).toHaveLength(1);
    const [{ row, negatives }] = cases;
    expect(data.ratings.userIds[row]).toBe(7);
    expect(new Set(negatives).size).toBe(99);
    for (const place of negatives) {
      expect(place).toBeGreaterThanOrEqual(20);
      expect(place).toBeLessThan(149);
    }
  });

  it("takes the latest rating where there are times", () => {
    const ratedAt = Float64Array.from(rows, (_, row) => (row === 13 ? 900 : row < 20 ? row : 0));
    expect(drawLeaveOneOut({ ...data, ratings: { ...data.ratings, ratedAt } }, 1)[0].row).toBe(13);
  });

  it("draws the same for the same seed", () => {
    expect(drawLeaveOneOut(data, 4)).toEqual(drawLeaveOneOut(data, 4));
    expect(drawLeaveOneOut(data, 5)).not.toEqual(drawLeaveOneOut(data, 4));
  });
});

it("draws places without replacement, and shuffles lists without losing any", () => {
  const places = drawIndices(50, 10, 3);
  expect(new Set(places).size).toBe(10);
  expect(Math.max(...places)).toBeLessThan(50);
  const [a, b] = shuffledLists([[1, 2, 3, 4, 5], [9]], 2);
  expect([...a].sort()).toEqual([1, 2, 3, 4, 5]);
  expect([...b]).toEqual([9]);
});
