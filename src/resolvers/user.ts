/** What a user's fields show. */

import { countRatings, listRatings, type Rating, topRatings } from "../db/ratings.js";
import type { User } from "../db/users.js";
import { countUsers, listUsers } from "../db/users.js";
import { AppError } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import type { Context } from "./context.js";
import { findMovie } from "./lookup.js";
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
    weight?: number | null;
    diversity?: number | null;
    basedOn?: readonly string[] | null;
  },
): Promise<Recommended[]> {
  checkRerank(args);
  const basedOn = args.basedOn == null ? undefined : await movieIdsOf(context, args.basedOn);
  const movies = await recommend(context.services, user.id, {
    similar: args.similar ?? false,
    first: args.first == null ? undefined : checkFirst("first", args.first, maxPage),
    candidates: checkFirst("candidates", args.candidates ?? defaultCandidates, 1000),
    rankBy: args.rankBy ?? undefined,
    popularity: args.popularity ?? undefined,
    weight: args.weight ?? undefined,
    diversity: args.diversity ?? undefined,
    basedOn,
  });
  return movies.map((movie) => ({ ...movie, userId: user.id }));
}

const mostBasedOn = 20;

/** @throws {AppError} INVALID_ARGUMENT */
function checkRerank(args: {
  similar?: boolean | null;
  weight?: number | null;
  diversity?: number | null;
  basedOn?: readonly string[] | null;
}): void {
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

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
async function movieIdsOf(context: Context, ids: readonly string[]): Promise<MovieId[]> {
  const found = await Promise.all(ids.map((id) => findMovie(context, { id })));
  return found.map(({ id }) => id);
}

export function idPage<Id>({ after, before, limit, inverted }: PageRequest) {
  return {
    after: after === undefined ? undefined : (idOfCursor(after) as Id),
    before: before === undefined ? undefined : (idOfCursor(before) as Id),
    limit,
    inverted,
  };
}
