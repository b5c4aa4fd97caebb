/**
 * Recommending as plainly as it can be written: every movie is predicted and scored, all are sorted, nothing is kept. What serves must give
 * the same lists (test/recommend/served-lists.test.ts).
 */
import { foldText } from "../../src/fold-text.js";
import { splitGenres } from "../../src/genres.js";
import type { Predictor, UserFeatures } from "../../src/ml/model/predictor.js";
import type { UserRatings } from "../../src/model-inputs.js";
import type { RecommendOptions } from "../../src/recommend/recommend-request.js";
import type { Services } from "../../src/services/services.js";

export interface PlainMovie {
  movieId: number;
  stars: number;
}

/** @param user with all of their ratings; lists that are not re-ranked by posters */
export async function recommendPlainly(
  services: Services,
  model: Predictor,
  user: UserFeatures & { ratings: UserRatings },
  { first = 15, rankBy, popularityBias = 0, filter = {} }: RecommendOptions,
): Promise<PlainMovie[]> {
  const { movies } = await services.catalogue();
  const featured = await services.untrainedMovies(model, movies);
  const { stars, itemKnown } = await model.predict({
    users: [user],
    movies: featured,
    userIndices: new Int32Array(movies.length),
    movieIndices: Int32Array.from(movies, (_, position) => position),
  });
  const preferences = rankBy === "RATING" ? undefined : await model.preferences?.(user, movies, popularityBias, stars);
  const enough =
    filter.minRatings &&
    (await services.store.statistics.ratedAtLeast(filter.minRatings.audience, filter.minRatings.count));
  const wanted = movies.flatMap((movie, position) => {
    const genres = splitGenres(movie.genres).map(foldText);
    const isRated = !filter.includeRated && [...user.ratings.movieIds].includes(movie.id);
    const isExcluded =
      isRated ||
      filter.excludeMovieIds?.includes(movie.id) ||
      filter.genres?.some((genre) => !genres.includes(foldText(genre))) ||
      (filter.years?.from !== undefined && (movie.year ?? Number.NEGATIVE_INFINITY) < filter.years.from) ||
      (enough !== undefined && !enough.has(movie.id));
    return isExcluded ? [] : [position];
  });
  /** Preferred movies first, by preference; then those that ratings support, by stars; then the others, by stars. */
  const toKey = (position: number): [number, number] => {
    const preference = preferences?.[position] ?? Number.NEGATIVE_INFINITY;
    if (preference > Number.NEGATIVE_INFINITY) return [2, preference];
    return [itemKnown[position], stars[position]];
  };
  const compare = (a: number, b: number) => {
    const [[groupA, scoreA], [groupB, scoreB]] = [toKey(a), toKey(b)];
    return groupB - groupA || scoreB - scoreA || a - b;
  };
  return wanted
    .sort(compare)
    .slice(0, first)
    .map((position) => ({ movieId: movies[position].id, stars: stars[position] }));
}
