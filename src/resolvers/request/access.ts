/** Checks whether a viewer may read or change a user's ratings and demographics. */
import { createAudience } from "../../access/read-policy.js";
import { refusal } from "../../access/scopes.js";
import { AppError, inField } from "../../errors.js";
import type { UserId } from "../../ids.js";
import type { Audience } from "../../store/statistics.js";
import type { ReadableUsers, User } from "../../store/users.js";
import type { Context } from "./context.js";
import { findUser, toUserId } from "./lookup.js";

/** Whether the viewer may read a user's ratings, demographics and what follows from them. */
export function mayReadUser(
  { viewer, audience }: Pick<Context, "viewer" | "audience">,
  user: Pick<User, "id" | "source">,
): boolean | Promise<boolean> {
  if (viewer.userId === user.id) return true;
  const isReadable = (known: Audience) => known === "all" || (known === "published" && user.source === "import");
  const found = audience();
  return typeof found === "string" ? isReadable(found) : found.then(isReadable);
}

/** Which users' ratings and demographics the viewer may read, as the lists are filtered. */
export async function readableUsers({ audience, viewer }: Context): Promise<ReadableUsers> {
  const found = await audience();
  return { imported: found !== "private", created: found === "all", own: viewer.userId };
}

/** @throws {AppError} FORBIDDEN, or UNAUTHENTICATED without a token, unless the viewer may read the user */
export async function checkMayRead(context: Context, user: Pick<User, "id" | "source">): Promise<void> {
  if (await mayReadUser(context, user)) return;
  throw refusal(context.viewer, `a token of user ${user.id}, or of the scope admin, to read what is theirs`);
}

/** A user whose ratings may be read; by default the viewer. @throws {AppError} INVALID_ID, USER_NOT_FOUND, FORBIDDEN, UNAUTHENTICATED */
export async function findReadableUser(context: Context, id: string | null | undefined): Promise<User> {
  const user = await findUser(context, id ?? String(ownId(context)));
  await checkMayRead(context, user);
  return user;
}

/** The user whose ratings are changed: the viewer, or for the scope admin anybody. @throws {AppError} INVALID_ID, FORBIDDEN, UNAUTHENTICATED */
export function actingUserId(context: Context, id: string | null | undefined): UserId {
  const { viewer } = context;
  if (id == null) return ownId(context);
  const userId = inField(["userId"], () => toUserId(id));
  if (viewer.scope !== "admin" && viewer.userId !== userId) {
    throw refusal(viewer, `a token of user ${userId}, or of the scope admin, to change what is theirs`);
  }
  return userId;
}

/** @throws {AppError} UNAUTHENTICATED without a token; INVALID_ARGUMENT for a token of no user */
function ownId({ viewer }: Context): UserId {
  if (viewer.userId !== null) return viewer.userId;
  if (viewer.scope === "public") throw refusal(viewer, "");
  throw new AppError("INVALID_ARGUMENT", "expected userId, since this token belongs to no user");
}

/** Whether a subscription may go on: its token is still valid and may still read the user. */
export async function mayStillRead(
  { viewer, services, policy }: Context,
  user?: Pick<User, "id" | "source">,
): Promise<boolean> {
  if (viewer.isStillGood !== undefined && !(await viewer.isStillGood())) return false;
  if (user === undefined) return true;
  return mayReadUser({ viewer, audience: createAudience(services.forRequest(), viewer, policy) }, user);
}

/** The viewer as a user; null for a token of no user. @throws {AppError} USER_NOT_FOUND for a deleted user */
export function viewerAsUser(context: Context): Promise<User> | null {
  const { userId } = context.viewer;
  return userId === null ? null : findUser(context, String(userId));
}
