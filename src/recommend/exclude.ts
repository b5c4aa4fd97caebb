/** Excludes movies from recommendation: those that were rated or dismissed, and those that a filter rules out. */
import { LRUCache } from "lru-cache";
import { foldText } from "../fold-text.js";
import type { MovieId } from "../ids.js";
import type { Catalogue } from "../services/catalogue.js";
import type { Reader } from "./reader.js";
import type { RecommendationFilter, RecommendOptions, RecommendRequest } from "./recommend-request.js";

type Filtering = Pick<RecommendOptions, "basedOn" | "filter">;
type MinRatings = NonNullable<RecommendationFilter["minRatings"]>;

/** Ids of the movies that a user rated, and of those that they do not want recommended. */
interface OwnMovies {
  rated: Int32Array;
  dismissed: Int32Array;
}

/**
 * Reads what the filters of all requests need.
 * @returns a function that gives 1 for each position of the catalogue that must not be recommended, a new array each time
 */
export async function createExclusion(
  { ratedAtLeast }: Reader,
  catalogue: Catalogue,
  requests: readonly RecommendRequest[],
): Promise<(own: OwnMovies, filtering: Filtering) => Uint8Array> {
  const enough = new Map<string, ReadonlySet<MovieId>>();
  const toName = ({ count, audience }: MinRatings) => `${count} ${audience}`;
  for (const { options } of requests) {
    const minRatings = options.filter?.minRatings;
    if (minRatings === undefined) continue;
    enough.set(toName(minRatings), await ratedAtLeast.load({ audience: minRatings.audience, min: minRatings.count }));
  }
  return (own, filtering) =>
    getExcluded(catalogue, own, filtering, (minRatings) => enough.get(toName(minRatings)) as ReadonlySet<MovieId>);
}

function getExcluded(
  catalogue: Catalogue,
  { rated, dismissed }: OwnMovies,
  { basedOn = [], filter = {} }: Filtering,
  getRatedEnough: (minRatings: MinRatings) => ReadonlySet<MovieId>,
): Uint8Array {
  const { minRatings } = filter;
  const enough = minRatings !== undefined && minRatings.count > 0 ? getRatedEnough(minRatings) : undefined;
  const ruledOut = getRuledOut(catalogue, filter, enough);
  const { positionOf } = catalogue;
  const excluded = filter.amongMovieIds === undefined ? ruledOut.slice() : new Uint8Array(ruledOut.length).fill(1);
  for (const movieId of filter.amongMovieIds ?? []) {
    const position = positionOf.get(movieId);
    if (position !== undefined) excluded[position] = ruledOut[position];
  }
  const exclude = (movieId: MovieId) => {
    const position = positionOf.get(movieId);
    if (position !== undefined) excluded[position] = 1;
  };
  if (!filter.includeRated) for (const movieId of rated) exclude(movieId as MovieId);
  for (const movieId of dismissed) exclude(movieId as MovieId);
  for (const movieId of basedOn) exclude(movieId);
  for (const movieId of filter.excludeMovieIds ?? []) exclude(movieId);
  return excluded;
}

/** What a filter rules out for everybody, of a catalogue and of the movies that were rated often enough. */
interface RuledOut {
  enough: ReadonlySet<MovieId> | undefined;
  excluded: Uint8Array;
}

/** Filters that front ends use are few, and the same for everybody. */
const maxFilters = 50;
const keptByCatalogue = new WeakMap<Catalogue, LRUCache<string, RuledOut>>();

/** Never changed: the same array serves the next request with these filters. */
function getRuledOut(
  catalogue: Catalogue,
  { genres, anyGenre, excludeGenres, years, minRatings }: RecommendationFilter,
  enough: ReadonlySet<MovieId> | undefined,
): Uint8Array {
  const kept = keptByCatalogue.get(catalogue) ?? new LRUCache({ max: maxFilters });
  keptByCatalogue.set(catalogue, kept);
  const name = JSON.stringify([genres, anyGenre, excludeGenres, years, minRatings]);
  const known = kept.get(name);
  if (known !== undefined && known.enough === enough) return known.excluded;
  const excluded = ruleOut(catalogue, { genres, anyGenre, excludeGenres, years }, enough);
  kept.set(name, { enough, excluded });
  return excluded;
}

function ruleOut(
  { movies, genres: ownGenres }: Catalogue,
  { genres, anyGenre, excludeGenres, years }: RecommendationFilter,
  enough: ReadonlySet<MovieId> | undefined,
): Uint8Array {
  const excluded = new Uint8Array(movies.length);
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
  if (enough !== undefined) {
    movies.forEach(({ id }, position) => {
      if (!enough.has(id)) excluded[position] = 1;
    });
  }
  return excluded;
}
