/** Recommendations as clients ask for them: for a user, page by page, or for a guest who is in no database. */
import DataLoader from "dataloader";
import { AppError } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import type { RatingReason } from "../../ml/model/predictor.js";
import { recommendTo } from "../../recommend/pipeline.js";
import { topPosters } from "../../recommend/poster-similarity.js";
import type {
  RankBy,
  RecommendationFilter,
  RecommendedMovie,
  RecommendOptions,
  Subject,
} from "../../recommend/recommend-request.js";
import { defaultCandidates } from "../../recommend/recommend-request.js";
import type { User } from "../../store/users.js";
import { unixNow } from "../../unix-time.js";
import { type GenreArgs, toGenreFilter } from "../movies/list-movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, type Key, type Keyed, type KeyPage, maxPage } from "../request/cursors.js";
import { findMovieIds } from "../request/lookup.js";
import { type RangeArgs, toRange } from "../request/ranges.js";
import { validated } from "../request/validate.js";
import { type DemographicsInput, demographicsSchema } from "../users/edit-users.js";
import { checkStars } from "../users/rate.js";

/** A visitor who is not in the database. */
export interface Guest extends Subject {
  reasons: DataLoader<MovieId, RatingReason[]>;
}

/** A recommended movie, with the user or guest whom it is recommended to. */
export type Recommendation = RecommendedMovie & { owner: { userId: UserId } | { guest: Guest } };

export interface RecommendationFilterArgs extends GenreArgs {
  years?: RangeArgs | null;
  minRatings?: number | null;
  excludeMovieIds?: readonly string[] | null;
  amongMovieIds?: readonly string[] | null;
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
export async function getRecommendations(
  context: Context,
  user: User,
  args: RecommendArgs & { first?: number | null },
): Promise<Recommendation[]> {
  const options = await toOptions(context, args);
  const first = args.first == null ? undefined : checkFirst("first", args.first, maxPage);
  const movies = await context.loaders.recommendations.load({ user, options: { ...options, first } });
  return movies.map((movie) => ({ ...movie, owner: { userId: user.id } }));
}

/** The last rank that pages reach. */
export const maxRank = 500;

/** A page of the same list. Cursors are ranks: a rating given in between moves what follows. */
export async function recommendationsPage(
  context: Context,
  user: User,
  args: RecommendArgs,
  { after, before, limit, inverted }: KeyPage,
): Promise<Keyed<Recommendation & { id: number }>[]> {
  const from = after === undefined ? 0 : toRank(after);
  const until = before === undefined ? maxRank : Math.min(maxRank, toRank(before) - 1);
  const first = inverted ? until : Math.min(until, from + limit);
  if (first <= from) return [];
  const options = await toOptions(context, args);
  const list = await context.loaders.recommendations.load({ user, options: { ...options, first } });
  const page = list
    .slice(inverted ? Math.max(from, list.length - limit) : from)
    .map((movie) => ({ node: { ...movie, id: movie.movieId, owner: { userId: user.id } }, value: movie.rank }));
  return inverted ? page.reverse() : page;
}

/** How many there are, down to `maxRank`. */
export async function recommendationCount(context: Context, user: User, args: RecommendArgs): Promise<number> {
  const options = await toOptions(context, args);
  return (await context.loaders.recommendations.load({ user, options: { ...options, first: maxRank } })).length;
}

/** @throws {AppError} INVALID_ARGUMENT for a cursor that is no rank */
function toRank({ value }: Key): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  throw new AppError("INVALID_ARGUMENT", `expected a cursor that an earlier page gave, received one of rank ${value}`);
}

export interface GuestInput {
  ratings: readonly { movieId: string; rating: number }[];
  demographics?: DemographicsInput | null;
}

const maxGuestRatings = 500;

/**
 * Recommends to a visitor who is not in the database, from what is given alone; nothing of it is kept.
 * @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, INVALID_RATING; INVALID_INPUT for demographics; as `getRecommendations`
 */
export async function recommendFor(
  context: Context,
  input: GuestInput,
  args: RecommendArgs & { first?: number | null },
): Promise<Recommendation[]> {
  const guest = await toGuest(context, input);
  const options = await toOptions(context, args);
  const first = args.first == null ? undefined : checkFirst("first", args.first, maxPage);
  const movies = await recommendTo(context.loaders, { subject: guest, options: { ...options, first } });
  return movies.map((movie) => ({ ...movie, owner: { guest } }));
}

/** Ids of users begin at 1. */
const nobody = 0 as UserId;

async function toGuest(context: Context, { ratings, demographics }: GuestInput): Promise<Guest> {
  if (ratings.length > maxGuestRatings) {
    throw new AppError("INVALID_ARGUMENT", `expected up to ${maxGuestRatings} ratings, received ${ratings.length}`);
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
  const given = {
    movieIds: Int32Array.from(byMovie.keys()),
    stars: Float32Array.from(byMovie.values()),
    ratedAt: new Float64Array(byMovie.size).fill(unixNow()),
  };
  const features = { id: nobody, gender, ageGroup, occupation, ratings: given };
  const bestRated = [...byMovie].sort(([, a], [, b]) => b - a).map(([id]) => id);
  const target = { movieIds: bestRated.slice(0, topPosters), demographics: { gender, ageGroup } };
  return { features, ratings: async () => given, target, reasons: createReasonLoader(context, features) };
}

function createReasonLoader({ loaders }: Context, features: Guest["features"]): Guest["reasons"] {
  return new DataLoader<MovieId, RatingReason[]>(
    async (ids) => {
      const model = await loaders.model.load();
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

const maxBasedOn = 20;
/** Movies that a filter names. */
const maxListed = 1000;

/** @throws {AppError} INVALID_ARGUMENT, INVALID_ID, MOVIE_NOT_FOUND */
async function toOptions(context: Context, args: RecommendArgs): Promise<RecommendOptions> {
  checkRerank(args);
  return {
    similar: args.similar ?? false,
    candidates: checkFirst("candidates", args.candidates ?? defaultCandidates, 1000),
    rankBy: args.rankBy ?? undefined,
    popularityBias: args.popularity ?? undefined,
    weight: args.weight ?? undefined,
    diversity: args.diversity ?? undefined,
    basedOn: args.basedOn == null ? undefined : await findMovieIds(context, args.basedOn),
    filter: args.filter == null ? undefined : await toFilter(context, args.filter),
  };
}

async function toFilter(context: Context, args: RecommendationFilterArgs): Promise<RecommendationFilter> {
  const excluded = args.excludeMovieIds ?? [];
  for (const name of ["excludeMovieIds", "amongMovieIds"] as const) {
    const count = args[name]?.length ?? 0;
    if (count > maxListed) {
      throw new AppError("INVALID_ARGUMENT", `expected up to ${maxListed} ${name}, received ${count}`);
    }
  }
  return {
    ...toGenreFilter(args),
    years: toRange("years", args.years),
    minRatings: args.minRatings == null ? undefined : { count: args.minRatings, audience: await context.audience() },
    excludeMovieIds: excluded.length === 0 ? undefined : await findMovieIds(context, excluded),
    amongMovieIds: args.amongMovieIds == null ? undefined : await findMovieIds(context, args.amongMovieIds),
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
  if (args.basedOn != null) checkFirst("the number of movies in basedOn", args.basedOn.length, maxBasedOn);
  const given = (["weight", "diversity", "basedOn"] as const).filter((name) => args[name] != null);
  if (given.length > 0 && !args.similar) {
    throw new AppError("INVALID_ARGUMENT", `expected similar: true together with ${given.join(" and ")}`);
  }
}
