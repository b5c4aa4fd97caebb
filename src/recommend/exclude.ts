/** Excludes movies from recommendation: those already rated, and those that a filter rules out. */

import { foldText } from "../fold-text.js";
import type { MovieId } from "../ids.js";
import type { UserRatings } from "../model-inputs.js";
import type { Catalogue } from "../services/catalogue.js";
import type { Reader } from "./reader.js";
import type { RecommendationFilter, RecommendOptions, RecommendRequest } from "./recommend-request.js";

type Filtering = Pick<RecommendOptions, "basedOn" | "filter">;
type MinRatings = NonNullable<RecommendationFilter["minRatings"]>;
type Rated = Pick<UserRatings, "movieIds">;

/**
 * Reads what the filters of all requests need.
 * @returns a function that gives 1 for each position of the catalogue that must not be recommended, a new array each time
 */
export async function createExclusion(
  { ratedAtLeast }: Reader,
  catalogue: Catalogue,
  requests: readonly RecommendRequest[],
): Promise<(rated: Rated, filtering: Filtering) => Uint8Array> {
  const enough = new Map<string, ReadonlySet<MovieId>>();
  const toName = ({ count, audience }: MinRatings) => `${count} ${audience}`;
  for (const { options } of requests) {
    const minRatings = options.filter?.minRatings;
    if (minRatings === undefined) continue;
    enough.set(toName(minRatings), await ratedAtLeast.load({ audience: minRatings.audience, min: minRatings.count }));
  }
  return (rated, filtering) =>
    getExcluded(catalogue, rated, filtering, (minRatings) => enough.get(toName(minRatings)) as ReadonlySet<MovieId>);
}

function getExcluded(
  { movies, genres: ownGenres, positionOf }: Catalogue,
  rated: Rated,
  { basedOn = [], filter = {} }: Filtering,
  getRatedEnough: (minRatings: MinRatings) => ReadonlySet<MovieId>,
): Uint8Array {
  const excluded = new Uint8Array(movies.length);
  const named = [...basedOn, ...(filter.excludeMovieIds ?? [])];
  for (const movieId of filter.includeRated ? named : [...rated.movieIds, ...named]) {
    const position = positionOf.get(movieId as MovieId);
    if (position !== undefined) excluded[position] = 1;
  }
  const { genres, anyGenre, excludeGenres, years, minRatings } = filter;
  if (genres !== undefined || anyGenre !== undefined || excludeGenres !== undefined) {
    // In any spelling, as lists of movies are filtered.
    const folded = (names: readonly string[] | undefined) => names?.map(foldText);
    const [all, any, none] = [folded(genres), folded(anyGenre), folded(excludeGenres)];
    ownGenres.forEach((own, position) => {
      const isWanted =
        (all?.every((genre) => own.includes(genre)) ?? true) &&
        (any?.some((genre) => own.includes(genre)) ?? true) &&
        !(none?.some((genre) => own.includes(genre)) ?? false);
      if (!isWanted) excluded[position] = 1;
    });
  }
  if (years !== undefined) {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = years;
    movies.forEach(({ year }, position) => {
      if (year == null || year < from || year > to) excluded[position] = 1;
    });
  }
  if (minRatings !== undefined && minRatings.count > 0) {
    const enough = getRatedEnough(minRatings);
    movies.forEach(({ id }, position) => {
      if (!enough.has(id)) excluded[position] = 1;
    });
  }
  return excluded;
}
