/** Excludes movies from recommendation: those already rated, and those that a filter rules out. */
import { moviesRatedAtLeast } from "../db/movies.js";
import { foldText } from "../fold-text.js";
import type { MovieId } from "../ids.js";
import type { UserRatings } from "../ml/model/predictor.js";
import type { Catalogue } from "../services/catalogue.js";
import type { Services } from "../services/services.js";
import type { RecommendationFilter, RecommendOptions } from "./recommend-request.js";

type Filtering = Pick<RecommendOptions, "basedOn" | "filter">;
type MinRatings = NonNullable<RecommendationFilter["minRatings"]>;
type Rated = Pick<UserRatings, "movieIds">;

/** @returns a function that gives 1 for each position of the catalogue that may not be recommended, a new array each time */
export function filtersOf({ db }: Services, catalogue: Catalogue): (rated: Rated, filtering: Filtering) => Uint8Array {
  const counted = new Map<string, ReadonlySet<MovieId>>();
  const ratedAtLeast = ({ count, audience }: MinRatings) => {
    const key = `${count} ${audience}`;
    const enough = counted.get(key) ?? moviesRatedAtLeast(db, audience, count);
    counted.set(key, enough);
    return enough;
  };
  return (rated, filtering) => excludedBy(catalogue, rated, filtering, ratedAtLeast);
}

function excludedBy(
  { movies, genres: ownGenres, positionOf }: Catalogue,
  rated: Rated,
  { basedOn = [], filter = {} }: Filtering,
  ratedAtLeast: (minRatings: MinRatings) => ReadonlySet<MovieId>,
): Uint8Array {
  const excluded = new Uint8Array(movies.length);
  const named = [...basedOn, ...(filter.excludeMovieIds ?? [])];
  for (const movieId of filter.includeRated ? named : [...rated.movieIds, ...named]) {
    const position = positionOf.get(movieId as MovieId);
    if (position !== undefined) excluded[position] = 1;
  }
  const { genres, anyGenre, excludeGenres, years, minRatings } = filter;
  if (genres !== undefined || anyGenre !== undefined || excludeGenres !== undefined) {
    // In whatever case, as lists of movies are filtered.
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
    const enough = ratedAtLeast(minRatings);
    movies.forEach(({ id }, position) => {
      if (!enough.has(id)) excluded[position] = 1;
    });
  }
  return excluded;
}
