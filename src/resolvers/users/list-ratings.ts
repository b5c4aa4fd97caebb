/** Lists of ratings: a user's, a movie's. */
import { AppError, received } from "../../errors.js";
import type { Rating, RatingFilter, RatingOrder, RatingOrderField } from "../../store/ratings.js";
import type { User } from "../../store/users.js";
import { findReadableUser, readableUsers } from "../request/access.js";
import type { Context } from "../request/context.js";
import type { Keyed, KeyPage } from "../request/cursors.js";
import { findMovie } from "../request/lookup.js";
import { type RangeArgs, toRange } from "../request/ranges.js";

export interface RatingsArgs {
  movieId?: string | null;
  rating?: RangeArgs | null;
  ratedAfter?: string | null;
  ratedBefore?: string | null;
  orderBy?: { field: RatingOrderField; direction?: "ASC" | "DESC" | null } | null;
}

/** By default in the order of import; otherwise highest or latest first. */
export function toRatingOrder({ orderBy }: RatingsArgs): RatingOrder {
  const field = orderBy?.field ?? "IMPORT";
  return { field, descending: (orderBy?.direction ?? (field === "IMPORT" ? "ASC" : "DESC")) === "DESC" };
}

export function userRatingsPage(
  { loaders, scheduler }: Context,
  { id }: User,
  filter: RatingFilter,
  args: RatingsArgs,
  page: KeyPage,
): Promise<Keyed<Rating>[]> {
  return scheduler.release(
    loaders.ratingsPage.load({ userId: id, list: { filter, order: toRatingOrder(args), page } }),
  );
}

export function userRatingCount({ loaders }: Context, { id }: User, filter: RatingFilter): Promise<number> {
  return loaders.ratingCount.load({ userId: id, filter });
}

/**
 * A filter for ratings that the viewer may read.
 * @throws {AppError} INVALID_ID, USER_NOT_FOUND, MOVIE_NOT_FOUND; FORBIDDEN or UNAUTHENTICATED for a user who may not be
 *   read; INVALID_ARGUMENT where neither a user nor a movie is named
 */
export async function ratingsFilter(
  context: Context,
  args: RatingsArgs & { userId?: string | null },
): Promise<RatingFilter> {
  if (args.userId == null && args.movieId == null) {
    throw new AppError("INVALID_ARGUMENT", "expected userId or movieId, or both, received neither");
  }
  const user = args.userId == null ? undefined : await findReadableUser(context, args.userId);
  return { ...(await userRatingsFilter(context, args)), userId: user?.id, readable: await readableUsers(context) };
}

export function ratingsPage(
  { services }: Context,
  filter: RatingFilter,
  args: RatingsArgs,
  page: KeyPage,
): Promise<Keyed<Rating>[]> {
  return services.store.ratings.list(filter, toRatingOrder(args), page);
}

export function ratingCount({ services }: Context, filter: RatingFilter): Promise<number> {
  return services.store.ratings.count(filter);
}

/** A filter for the ratings of one user, or of one movie. @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, INVALID_ARGUMENT */
export async function userRatingsFilter(context: Context, args: RatingsArgs): Promise<RatingFilter> {
  const movie = args.movieId == null ? undefined : await findMovie(context, args.movieId);
  const from = toUnixSeconds("ratedAfter", args.ratedAfter);
  const to = toUnixSeconds("ratedBefore", args.ratedBefore, "end of day");
  return {
    movieId: movie?.id,
    rating: toRange("rating", args.rating),
    ratedAt: from === undefined && to === undefined ? undefined : { from, to },
  };
}

const iso = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** @param ofDay the last second of a date without a time, instead of its first, in UTC */
function toUnixSeconds(name: string, text: string | null | undefined, ofDay?: "end of day"): number | undefined {
  if (text == null) return undefined;
  const [, day, offset] = iso.exec(text) ?? [];
  // JavaScript takes February 31st for March 3rd.
  const isDay = day !== undefined && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
  const inUtc = offset === undefined && text.length > 10 ? `${text}Z` : text;
  const milliseconds = isDay ? Date.parse(inUtc) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a date such as 2003-02-28, or a time such as 2003-02-28T17:49:50Z, for ${name}, received ${received(text)}`,
    );
  }
  return Math.floor(milliseconds / 1000) + (ofDay !== undefined && text.length === 10 ? 86_399 : 0);
}
