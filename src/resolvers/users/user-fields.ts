/** Resolvers of a user's fields, and lists of users. */
import type { Rating } from "../../db/ratings.js";
import { countUsers, listUsers, type User, type UserFilter } from "../../db/users.js";
import { readableUsers } from "../request/access.js";
import type { Context } from "../request/context.js";
import { checkFirst, type Keyed, type KeyPage, maxPage } from "../request/cursors.js";

export interface UsersArgs {
  gender?: string | null;
  ageGroup?: number | null;
  occupation?: string | null;
}

export function usersPage(context: Context, args: UsersArgs, page: KeyPage): Keyed<User>[] {
  return listUsers(context.services.db, filterOf(args), readableUsers(context), page);
}

export function userCount(context: Context, args: UsersArgs): number {
  return countUsers(context.services.db, filterOf(args), readableUsers(context));
}

function filterOf({ gender, ageGroup, occupation }: UsersArgs): UserFilter {
  return { gender: gender ?? undefined, ageGroup: ageGroup ?? undefined, occupation: occupation ?? undefined };
}

/** @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export async function topRatingsOf({ loaders, scheduler }: Context, user: User, first: number): Promise<Rating[]> {
  return scheduler.release(loaders.topRatings.load({ userId: user.id, first: checkFirst("first", first, maxPage) }));
}

export async function topTitlesOf(context: Context, user: User, first: number): Promise<string[]> {
  const rated = await topRatingsOf(context, user, first);
  const movies = await context.loaders.movieById.loadMany(rated.map(({ movieId }) => movieId));
  return movies.flatMap((movie) => (movie === undefined || movie instanceof Error ? [] : [movie.displayTitle]));
}
