/** Movies rated most often in the last days. */
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, maxPage } from "../request/cursors.js";
import { expireBy } from "../request/reads.js";
import { getMovies } from "./list-movies.js";

export interface TrendingMovie {
  movie: Movie;
  ratings: number;
}

const maxDays = 3650;

/**
 * The most ratings first, in the last days: of the data set, before its latest rating, and of the API, before now.
 * @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 and days from 1 to 3,650
 */
export async function trending(context: Context, days: number, first: number): Promise<TrendingMovie[]> {
  checkFirst("days", days, maxDays);
  checkFirst("first", first, maxPage);
  const { trends: all, expiresAt } = await context.services.trends.get(days, await context.audience());
  // Ratings count once a minute, so that the trends stay what they are until then, whatever is rated.
  expireBy(context.loaders.reads, expiresAt);
  const trends = all.slice(0, first);
  const movies = await getMovies(
    context,
    trends.map(({ movieId }) => movieId),
  );
  const byId = new Map(movies.map((movie) => [movie.id, movie]));
  return trends.flatMap(({ movieId, ratings }) => {
    const movie = byId.get(movieId);
    return movie === undefined ? [] : [{ movie, ratings }];
  });
}
