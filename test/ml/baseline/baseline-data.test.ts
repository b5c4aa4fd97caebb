import { describe, expect, it } from "vitest";
import { createIdLists, fingerprint, ratingRows, writeRows } from "../../../src/ml/baseline/baseline-data.js";
import type { TrainingSet } from "../../../src/ml/data/training-set.js";
import type { IdLists } from "../../../src/ml/model/id-maps.js";
import { movie, ratings, user } from "../fixtures.js";

const data: TrainingSet = {
  users: [user(4, "M", 25, "writer"), user(2, "F", 1, "artist"), user(9)],
  movies: [movie(8, "War"), movie(3, "Drama"), movie(5, "War")],
  ratings: ratings([
    [9, 3, 1.5],
    [4, 8, 5],
    [2, 5, 3],
  ]),
};

/** The six rows of every rating. */
function rowsOfRatings(lists: IdLists): number[][] {
  const rows = ratingRows(data, lists);
  return Array.from(rows.stars, (_, r) => {
    const out = new Int32Array(7).fill(-1);
    writeRows(rows, r, out, 1);
    expect(out[0]).toBe(-1);
    return Array.from(out.subarray(1));
  });
}

describe("a data set as rows of tables", () => {
  it("has users and movies in their order, demographic labels by value, genre strings as they appear", () => {
    expect(createIdLists(data)).toEqual({
      userIds: [4, 2, 9],
      genders: ["F", "M"],
      ageGroups: [1, 25],
      occupations: ["artist", "writer"],
      movieIds: [8, 3, 5],
      genres: ["War", "Drama"],
    });
  });

  it("gives each rating the rows of its user's id, labels, movie and genre; not stated is the row after the labels", () => {
    expect(rowsOfRatings(createIdLists(data))).toEqual([
      [2, 2, 2, 2, 1, 1],
      [0, 1, 1, 1, 0, 0],
      [1, 0, 0, 0, 2, 0],
    ]);
    const { tableRows } = ratingRows(data, createIdLists(data));
    expect(tableRows).toEqual({ user: 3, gender: 3, age: 3, occupation: 3, movie: 3, genre: 2 });
  });

  it("goes by the lists where they have another order than the data set, and gaps", () => {
    const lists = {
      userIds: [null, 9, 4, null, 2],
      genders: ["M", "F"],
      ageGroups: [25, 1],
      occupations: ["writer"],
      movieIds: [5, null, 3, 8],
      genres: ["Comedy", "Drama", "War"],
    } as IdLists;
    expect(rowsOfRatings(lists)).toEqual([
      [1, 2, 2, 1, 2, 1],
      [2, 0, 0, 0, 3, 2],
      [4, 1, 1, 1, 0, 2],
    ]);
  });

  it("refuses users, movies and genre strings that the lists lack", () => {
    const lists = createIdLists(data);
    const rows = (changed: Partial<IdLists>) => () => ratingRows(data, { ...lists, ...changed });
    const message = "of every rating in the id lists, received";
    expect(rows({ userIds: lists.userIds.slice(1) })).toThrow(new RangeError(`expected the user ${message} 4`));
    expect(rows({ movieIds: lists.movieIds.slice(0, 2) })).toThrow(new RangeError(`expected the movie ${message} 5`));
    expect(rows({ genres: ["War"] })).toThrow(new RangeError(`expected the genre string ${message} Drama`));
    const strange = { ...data, ratings: ratings([[77, 3, 1]]) };
    expect(() => ratingRows(strange, lists)).toThrow(new RangeError(`expected the user ${message} 77`));
  });

  it("has a fingerprint that changes with any rating and with their order", () => {
    const base: [number, number, number][] = [
      [1, 2, 3],
      [4, 5, 1],
    ];
    const prints = [
      ratings(base),
      ratings([base[1], base[0]]),
      ratings(base.slice(0, 1)),
      ratings([base[0], [4, 5, 1.5]]),
      ratings([base[0], [4, 6, 1]]),
      ratings([base[0], [3, 5, 1]]),
    ].map(fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
    expect(prints[0]).toBe(fingerprint(ratings(base)));
    expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
    // Of the numbers themselves, not of the buffer that they lie in.
    const { userIds, movieIds, stars } = ratings([[9, 9, 5], ...base]);
    const views = { userIds: userIds.subarray(1), movieIds: movieIds.subarray(1), stars: stars.subarray(1) };
    expect(fingerprint(views)).toBe(prints[0]);
  });
});
