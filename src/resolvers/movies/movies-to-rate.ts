/**
 * Movies to ask a new person about: known to many, judged differently, and unlike each other, so that a few ratings tell much about a
 * taste. Popularity times entropy is the measure of Rashid et al., "Getting to Know You", IUI 2002.
 */
import { splitGenres } from "../../genres.js";
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, maxPage } from "../request/cursors.js";
import { findMovieIds } from "../request/lookup.js";

/** The most popular movies, among which to choose: others are known to too few. */
const candidateCount = 300;

/** How much a movie loses whose genres were asked about already, 0 to 1. */
const repeatedGenres = 0.6;

/** Most telling first. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100; INVALID_ID, MOVIE_NOT_FOUND */
export async function moviesToRate(
  context: Context,
  { first, exceptMovieIds }: { first: number; exceptMovieIds: readonly string[] },
): Promise<Movie[]> {
  checkFirst("first", first, maxPage);
  const { services, audience, loaders } = context;
  const excluded = new Set(await findMovieIds(context, exceptMovieIds));
  const order = { field: "POPULARITY", descending: true } as const;
  const page = { limit: candidateCount + excluded.size };
  const popular = (await services.store.movies.list(await audience(), {}, order, page))
    .map(({ node }) => node)
    .filter(({ id }) => !excluded.has(id));
  const statistics = await loaders.statisticsByMovieId.loadMany(popular.map(({ id }) => id));
  const scores = statistics.map((one) =>
    one instanceof Error ? 0 : Math.log1p(one.ratingCount) * entropy(one.histogram),
  );
  return pickUnlike(popular, scores, first);
}

/** Of the shares of its parts, in nats. */
function entropy(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  let sum = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i] > 0) sum -= (counts[i] / total) * Math.log(counts[i] / total);
  return sum;
}

/** The highest scores, each lowered by how much its genres overlap with those that were picked before. */
function pickUnlike(movies: readonly Movie[], scores: readonly number[], count: number): Movie[] {
  const genres = movies.map((movie) => splitGenres(movie.genres));
  const overlap = new Float64Array(movies.length);
  const picked: Movie[] = [];
  const rest = new Set(movies.keys());
  while (picked.length < count && rest.size > 0) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const i of rest) {
      const score = scores[i] * (1 - repeatedGenres * overlap[i]);
      if (score > bestScore) [best, bestScore] = [i, score];
    }
    rest.delete(best);
    picked.push(movies[best]);
    for (const i of rest) overlap[i] = Math.max(overlap[i], sharedGenres(genres[i], genres[best]));
  }
  return picked;
}

/** Jaccard index, 0 to 1. */
function sharedGenres(one: readonly string[], other: readonly string[]): number {
  const shared = one.filter((genre) => other.includes(genre)).length;
  return shared === 0 ? 0 : shared / (one.length + other.length - shared);
}
