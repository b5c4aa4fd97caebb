/** Resolvers of a user's fields, and lists of users. */
import type { MovieId } from "../../ids.js";
import { loadAll } from "../../recommend/reader.js";
import type { Rating } from "../../store/ratings.js";
import type { User, UserFilter } from "../../store/users.js";
import { readableUsers } from "../request/access.js";
import type { Context } from "../request/context.js";
import { checkFirst, type Keyed, type KeyPage, maxPage } from "../request/cursors.js";

export interface UsersArgs {
  gender?: string | null;
  ageGroup?: number | null;
  occupation?: string | null;
}

export async function usersPage(context: Context, args: UsersArgs, page: KeyPage): Promise<Keyed<User>[]> {
  return context.services.store.users.list(toUserFilter(args), await readableUsers(context), page);
}

export async function userCount(context: Context, args: UsersArgs): Promise<number> {
  return context.services.store.users.count(toUserFilter(args), await readableUsers(context));
}

function toUserFilter({ gender, ageGroup, occupation }: UsersArgs): UserFilter {
  return { gender: gender ?? undefined, ageGroup: ageGroup ?? undefined, occupation: occupation ?? undefined };
}

/** @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export async function getTopRatings(
  { loaders, scheduler }: Context,
  user: User,
  first: number,
): Promise<readonly Rating[]> {
  return scheduler.release(loaders.topRatings.load({ userId: user.id, first: checkFirst("first", first, maxPage) }));
}

export async function getTopTitles(context: Context, user: User, first: number): Promise<string[]> {
  const rated = await getTopRatings(context, user, first);
  if (rated.length === 0) return [];
  const titles = await getTitles(
    context,
    rated.map(({ movieId }) => movieId),
  );
  return titles.filter((title) => title !== undefined);
}

/** From the catalogue in memory; without a data set there may be movies all the same, which were added one by one. */
async function getTitles({ loaders, services }: Context, ids: readonly MovieId[]): Promise<(string | undefined)[]> {
  if ((await services.serving()).dataset === undefined) {
    return (await loadAll(loaders.movieById, ids)).map((movie) => movie?.displayTitle);
  }
  const { movies, positionOf } = await loaders.catalogue.load();
  return ids.map((id) => movies[positionOf.get(id) ?? -1]?.displayTitle);
}
