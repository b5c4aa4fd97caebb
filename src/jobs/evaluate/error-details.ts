/** Breaks the errors of an evaluation down by user, movie, genre and stars, with the calibration of the predictions. */
import { splitGenres } from "../../genres.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import {
  calibration,
  errorsByClass,
  errorsByGroup,
  groupsByCount,
  matchHistogram,
} from "../../ml/evaluation/breakdown.js";
import { type Evaluation, otherRows } from "./evaluation.js";

export type ErrorDetails = ReturnType<typeof groupErrors>;

/** Groups are formed from what is known without the predicted ratings. @param rows those that were predicted */
export function groupErrors(data: TrainingSet, rows: Int32Array, { truth, predicted }: Evaluation) {
  const { ratings } = data;
  // The order of the evaluation.
  const order = rows.slice().sort((a, b) => ratings.userIds[a] - ratings.userIds[b] || a - b);
  const userCounts = new Map<number, number>();
  const movieCounts = new Map<number, number>();
  const known = otherRows(ratings.stars.length, rows);
  for (const row of known.length === 0 ? rows : known) {
    userCounts.set(ratings.userIds[row], (userCounts.get(ratings.userIds[row]) ?? 0) + 1);
    movieCounts.set(ratings.movieIds[row], (movieCounts.get(ratings.movieIds[row]) ?? 0) + 1);
  }
  const genreIndexes = new Map<string, number[]>();
  const movieGenres = new Map<number, readonly string[]>(
    data.movies.map((movie) => [movie.id, splitGenres(movie.genres)]),
  );
  order.forEach((row, index) => {
    for (const genre of movieGenres.get(ratings.movieIds[row]) ?? []) {
      const indexes = genreIndexes.get(genre);
      if (indexes === undefined) genreIndexes.set(genre, [index]);
      else indexes.push(index);
    }
  });
  const getCounts = (counts: Map<number, number>, ids: Int32Array) =>
    Array.from(order, (row) => counts.get(ids[row]) ?? 0);
  const matched = matchHistogram(truth, predicted);
  return {
    byRatingCount: errorsByGroup(
      truth,
      predicted,
      groupsByCount(getCounts(userCounts, ratings.userIds), [0, 10, 30, 100, 300, 1000]),
    ),
    byPopularity: errorsByGroup(
      truth,
      predicted,
      groupsByCount(getCounts(movieCounts, ratings.movieIds), [0, 1, 10, 30, 100, 300, 1000]),
    ),
    byGenre: errorsByGroup(truth, predicted, new Map([...genreIndexes].sort(([a], [b]) => (a < b ? -1 : 1)))),
    byStars: errorsByClass(truth, predicted),
    calibration: calibration(truth, predicted),
    /** With predictions moved so that as many of each rating are predicted as are given. */
    histogramMatched: {
      rmse: Math.sqrt(matched.reduce((sum, value, index) => sum + (value - truth[index]) ** 2, 0) / truth.length),
      byStars: errorsByClass(truth, matched),
    },
  };
}
