/** What a user's fields show. */

import { countRatings, listRatings, type Rating, topRatings } from "../db/ratings.js";
import type { User } from "../db/users.js";
import { countUsers, listUsers } from "../db/users.js";
import type { UserId } from "../ids.js";
import type { Context } from "./context.js";
import { checkFirst, idOfCursor, maxPage } from "./pages.js";
import { defaultCandidates, type RankBy, type RecommendedMovie, recommend } from "./recommend.js";

/** A page as the relay plugin asks for it; cursors are ours. */
export interface PageRequest {
  after?: string;
  before?: string;
  limit: number;
  inverted: boolean;
}

export function usersPage(context: Context, page: PageRequest): User[] {
  return listUsers(context.services.db, idPage<UserId>(page));
}

export function userCount(context: Context): number {
  return countUsers(context.services.db);
}

export function ratingsPage(context: Context, user: User, page: PageRequest): Rating[] {
  return listRatings(context.services.db, user.id, idPage<number>(page));
}

export function ratingCount(context: Context, user: User): number {
  return countRatings(context.services.db, user.id);
}

/** @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export function topRatingsOf(context: Context, user: User, first: number): Rating[] {
  return topRatings(context.services.db, user.id, checkFirst("first", first, maxPage));
}

export async function topTitlesOf(context: Context, user: User, first: number): Promise<string[]> {
  const rated = topRatingsOf(context, user, first);
  const movies = await context.loaders.movieById.loadMany(rated.map(({ movieId }) => movieId));
  return movies.flatMap((movie) => (movie === undefined || movie instanceof Error ? [] : [movie.displayTitle]));
}

export type Recommended = RecommendedMovie & { userId: UserId };

/** @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 and candidates from 1 to 1,000; as `recommend` */
export async function recommendationsOf(
  context: Context,
  user: User,
  args: {
    similar?: boolean | null;
    first?: number | null;
    candidates?: number | null;
    rankBy?: RankBy | null;
    popularity?: number | null;
  },
): Promise<Recommended[]> {
  const movies = await recommend(context.services, user.id, {
    similar: args.similar ?? false,
    first: args.first == null ? undefined : checkFirst("first", args.first, maxPage),
    candidates: checkFirst("candidates", args.candidates ?? defaultCandidates, 1000),
    rankBy: args.rankBy ?? undefined,
    popularity: args.popularity ?? undefined,
  });
  return movies.map((movie) => ({ ...movie, userId: user.id }));
}

export function idPage<Id>({ after, before, limit, inverted }: PageRequest) {
  return {
    after: after === undefined ? undefined : (idOfCursor(after) as Id),
    before: before === undefined ? undefined : (idOfCursor(before) as Id),
    limit,
    inverted,
  };
}
