import { describe, expect, it } from "vitest";
import { createLabelLists, createLabelRows } from "../../../src/ml/data/labels.js";
import { movie, user } from "../fixtures.js";

const users = [user(1, "M", 25, "artist"), user(2, "F", 18, "writer"), user(3)];
const movies = [
  { ...movie(1, "Drama|Comedy"), year: 1994 },
  { ...movie(2, ""), year: 2001 },
  { ...movie(3, "War"), year: null },
];
const lists = createLabelLists(users, movies);
const rows = createLabelRows(lists);

describe("labels", () => {
  it("are every one that occurs, sorted, and five-year bins from the first year's to the last's", () => {
    expect(lists).toEqual({
      genders: ["F", "M"],
      ageGroups: [18, 25],
      occupations: ["artist", "writer"],
      genres: ["Comedy", "Drama", "War"],
      years: { first: 1990, bins: 3 },
    });
  });

  it("of a user follow one another in one table: gender, age group, occupation", () => {
    expect(rows.getUserLabels(users[0])).toEqual([1, 3, 4]);
    expect(rows.getUserLabels(users[1])).toEqual([0, 2, 5]);
    expect(rows.getUserLabels(users[2])).toEqual([]);
    expect(rows.getUserLabels(user(9, "X", 99, "poet"))).toEqual([]);
  });

  it("of a movie share a weight of 1 in squares among its genres; its five years weigh 1", () => {
    expect(rows.getMovieLabels(movies[0])).toEqual({
      rows: [1, 0, 3],
      weights: [1 / Math.sqrt(2), 1 / Math.sqrt(2), 1],
    });
    expect(rows.getMovieLabels(movies[1])).toEqual({ rows: [5], weights: [1] });
    expect(rows.getMovieLabels(movies[2])).toEqual({ rows: [2], weights: [1] });
    expect(rows.getMovieLabels({ ...movie(4, "Western"), year: 1950 })).toEqual({ rows: [], weights: [] });
  });

  it("may be none at all", () => {
    expect(createLabelLists([user(1)], [movie(1, "")]).years).toEqual({ first: 0, bins: 0 });
  });
});
