/** Recommendations as clients ask for them: for a user, page by page, or for a guest who is in no database. */
import DataLoader from "dataloader";
import { audienceOf } from "../../access/read-policy.js";
import type { User } from "../../db/users.js";
import { AppError } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import type { RatingReason, UserFeatures, UserRatings } from "../../ml/model/predictor.js";
import { defaultCandidates, type RankBy, type RecommendedMovie, recommendTo } from "../../recommend/pipeline.js";
import { type SimilarityTarget, topPosters } from "../../recommend/poster-similarity.js";
import type { RecommendationFilter, RecommendOptions } from "../../recommend/recommend-request.js";
import { unixNow } from "../../unix-time.js";
import { type GenreArgs, genresOf } from "../movies/list-movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, type Key, type Keyed, type KeyPage, maxPage } from "../request/cursors.js";
import { findMovieIds } from "../request/lookup.js";
import { type RangeArgs, rangeOf } from "../request/ranges.js";
import { validated } from "../request/validate.js";
import { type Demographics, demographicsSchema } from "../users/edit-users.js";
import { checkStars } from "../users/rate.js";

/** Somebody who is in no database. */
export interface Guest {
  features: UserFeatures & { ratings: UserRatings };
  /** What posters are compared with: their best-rated movies', equal ones in the order given. */
  target: SimilarityTarget;
  reasons: DataLoader<MovieId, RatingReason[]>;
}

export type Recommended = RecommendedMovie & { for: { userId: UserId } | { guest: Guest } };

export interface RecommendationFilterArgs extends GenreArgs {
  years?: RangeArgs | null;
  minRatings?: number | null;
  excludeMovieIds?: readonly string[] | null;
  includeRated?: boolean | null;
}

export interface RecommendArgs {
  similar?: boolean | null;
  candidates?: number | null;
  rankBy?: RankBy | null;
  popularity?: number | null;
  weight?: number | null;
  diversity?: number | null;
  basedOn?: readonly string[] | null;
  filter?: RecommendationFilterArgs | null;
}

/** @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 and candidates from 1 to 1,000; as `recommend` */
export async function recommendationsOf(
  context: Context,
  user: User,
  args: RecommendArgs & { first?: number | null },
): Promise<Recommended[]> {
  const options = await optionsOf(context, args);
  const first = args.first == null ? undefined : checkFirst("first", args.first, maxPage);
  const movies = await context.loaders.recommendations.load({ user, options: { ...options, first } });
  return movies.map((movie) => ({ ...movie, for: { userId: user.id } }));
}

/** How far down the list pages go. */
export const deepestRank = 500;

/** A page of the same list. Cursors are places in it: a rating that comes in between moves what follows. */
export async function recommendationsPage(
  context: Context,
  user: User,
  args: RecommendArgs,
  { after, before, limit, inverted }: KeyPage,
): Promise<Keyed<Recommended & { id: number }>[]> {
  const from = after === undefined ? 0 : rankOf(after);
  const until = before === undefined ? deepestRank : Math.min(deepestRank, rankOf(before) - 1);
  const most = inverted ? until : Math.min(until, from + limit);
  if (most <= from) return [];
  const options = await optionsOf(context, args);
  const list = await context.loaders.recommendations.load({ user, options: { ...options, first: most } });
  const page = list
    .slice(inverted ? Math.max(from, list.length - limit) : from)
    .map((movie) => ({ node: { ...movie, id: movie.movieId, for: { userId: user.id } }, value: movie.rank }));
  return inverted ? page.reverse() : page;
}

/** How many there are, down to `deepestRank`. */
export async function recommendationCount(context: Context, user: User, args: RecommendArgs): Promise<number> {
  const options = await optionsOf(context, args);
  return (await context.loaders.recommendations.load({ user, options: { ...options, first: deepestRank } })).length;
}

/** @throws {AppError} INVALID_ARGUMENT for a cursor that is no place of a list */
function rankOf({ value }: Key): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  throw new AppError("INVALID_ARGUMENT", `expected a cursor that an earlier page gave, received one of rank ${value}`);
}

export interface GuestInput {
  ratings: readonly { movieId: string; rating: number }[];
  demographics?: Demographics | null;
}

const mostGuestRatings = 500;

/**
 * For somebody who is in no database: what is given is all that is known, and nothing of it is kept.
 * @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, INVALID_RATING; INVALID_INPUT for demographics; as `recommendationsOf`
 */
export async function recommendFor(
  context: Context,
  input: GuestInput,
  args: RecommendArgs & { first?: number | null },
): Promise<Recommended[]> {
  const guest = await guestOf(context, input);
  const options = await optionsOf(context, args);
  const first = args.first == null ? undefined : checkFirst("first", args.first, maxPage);
  const person = { features: guest.features, target: guest.target };
  const movies = await recommendTo(context.services, { person, options: { ...options, first } });
  return movies.map((movie) => ({ ...movie, for: { guest } }));
}

/** Users' numbers begin at 1. */
const nobody = 0 as UserId;

async function guestOf(context: Context, { ratings, demographics }: GuestInput): Promise<Guest> {
  if (ratings.length > mostGuestRatings) {
    throw new AppError("INVALID_ARGUMENT", `expected up to ${mostGuestRatings} ratings, received ${ratings.length}`);
  }
  const stars = ratings.map(({ rating }) => checkStars(rating));
  const {
    gender = null,
    ageGroup = null,
    occupation = null,
  } = validated(demographicsSchema, demographics ?? {}, "demographics");
  const movieIds = await findMovieIds(
    context,
    ratings.map(({ movieId }) => movieId),
  );
  // The last of several ratings of a movie counts.
  const byMovie = new Map(movieIds.map((id, i) => [id, stars[i]]));
  const now = unixNow();
  const features = {
    id: nobody,
    gender,
    ageGroup,
    occupation,
    ratings: {
      movieIds: Int32Array.from(byMovie.keys()),
      stars: Float32Array.from(byMovie.values()),
      ratedAt: new Float64Array(byMovie.size).fill(now),
    },
  };
  const bestRated = [...byMovie].sort(([, a], [, b]) => b - a).map(([id]) => id);
  const target = { movieIds: bestRated.slice(0, topPosters), of: { gender: features.gender, ageGroup } };
  return { features, target, reasons: reasonsOfGuest(context, features) };
}

function reasonsOfGuest({ loaders }: Context, features: Guest["features"]): Guest["reasons"] {
  return new DataLoader<MovieId, RatingReason[]>(
    async (ids) => {
      const model = await loaders.model.load("current");
      if (model.reasons === undefined) return ids.map(() => []);
      const movies = await loaders.movieById.loadMany(ids);
      const known = movies.map((movie, i) =>
        movie === undefined || movie instanceof Error ? { id: ids[i], genres: "" } : movie,
      );
      return model.reasons(features, known);
    },
    { batchScheduleFn: (run) => setImmediate(run) },
  );
}

const mostBasedOn = 20;
const mostExcluded = 1000;

/** @throws {AppError} INVALID_ARGUMENT, INVALID_ID, MOVIE_NOT_FOUND */
async function optionsOf(context: Context, args: RecommendArgs): Promise<RecommendOptions> {
  checkRerank(args);
  return {
    similar: args.similar ?? false,
    candidates: checkFirst("candidates", args.candidates ?? defaultCandidates, 1000),
    rankBy: args.rankBy ?? undefined,
    popularity: args.popularity ?? undefined,
    weight: args.weight ?? undefined,
    diversity: args.diversity ?? undefined,
    basedOn: args.basedOn == null ? undefined : await findMovieIds(context, args.basedOn),
    filter: args.filter == null ? undefined : await filterOf(context, args.filter),
  };
}

async function filterOf(context: Context, args: RecommendationFilterArgs): Promise<RecommendationFilter> {
  const excluded = args.excludeMovieIds ?? [];
  if (excluded.length > mostExcluded) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected up to ${mostExcluded} excludeMovieIds, received ${excluded.length}`,
    );
  }
  return {
    ...genresOf(args),
    years: rangeOf("years", args.years),
    minRatings: args.minRatings == null ? undefined : { count: args.minRatings, audience: audienceOf(context) },
    excludeMovieIds: excluded.length === 0 ? undefined : await findMovieIds(context, excluded),
    includeRated: args.includeRated ?? undefined,
  };
}

/** @throws {AppError} INVALID_ARGUMENT */
function checkRerank(args: RecommendArgs): void {
  for (const name of ["weight", "diversity"] as const) {
    const value = args[name];
    if (value != null && !(value >= 0 && value <= 1)) {
      throw new AppError("INVALID_ARGUMENT", `expected ${name} from 0 to 1, received ${value}`);
    }
  }
  if (args.basedOn != null) checkFirst("the number of movies in basedOn", args.basedOn.length, mostBasedOn);
  const given = (["weight", "diversity", "basedOn"] as const).filter((name) => args[name] != null);
  if (given.length > 0 && !args.similar) {
    throw new AppError("INVALID_ARGUMENT", `expected similar: true together with ${given.join(" and ")}`);
  }
}
