/** Dismisses recommended movies for a user, takes that back, and lists what was dismissed. */
import { inField, movieNotFound, userNotFound } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Dismissal } from "../../store/dismissals.js";
import type { User } from "../../store/users.js";
import { unixNow } from "../../unix-time.js";
import { actingUserId } from "../request/access.js";
import type { Context } from "../request/context.js";
import type { Keyed, KeyPage } from "../request/cursors.js";
import { findMovie, findUser, toMovieId } from "../request/lookup.js";

export type { Dismissal } from "../../store/dismissals.js";

interface DismissInput {
  /** By default the viewer. */
  userId?: string | null;
  movieId: string;
}

/** Whose list changed, and by which movie. */
export interface ChangedDismissal {
  userId: UserId;
  movieId: MovieId;
}

/** @throws {AppError} INVALID_ID, USER_NOT_FOUND, MOVIE_NOT_FOUND; as `actingUserId` */
export async function dismissMovie(context: Context, input: DismissInput): Promise<ChangedDismissal> {
  const userId = actingUserId(context, input.userId);
  const movieId = inField(["movieId"], () => toMovieId(input.movieId));
  const dismissal = await context.services.store.dismissals.add(userId, movieId, unixNow());
  if (dismissal === "no such user") throw userNotFound(userId);
  if (dismissal === "no such movie") throw movieNotFound(movieId);
  return { userId, movieId };
}

/** Changes nothing where the movie was not dismissed. @throws {AppError} as `dismissMovie` */
export async function undismissMovie(context: Context, input: DismissInput): Promise<ChangedDismissal> {
  const userId = actingUserId(context, input.userId);
  const movieId = inField(["movieId"], () => toMovieId(input.movieId));
  await findUser(context, String(userId));
  await findMovie(context, String(movieId));
  await context.services.store.dismissals.delete(userId, movieId);
  return { userId, movieId };
}

/** The latest first. */
export function dismissalsPage({ loaders }: Context, { id }: User, page: KeyPage): Promise<Keyed<Dismissal>[]> {
  return loaders.dismissalsPage.load({ userId: id, page });
}

export function dismissalCount({ loaders }: Context, { id }: User): Promise<number> {
  return loaders.dismissalCount.load(id);
}
