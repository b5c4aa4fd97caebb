/** Creates, updates and deletes users. */
import { z } from "zod";
import { rememberDeletion } from "../../db/deletions.js";
import { countRatings } from "../../db/ratings.js";
import {
  addUser,
  deleteUser as deleteRow,
  type User,
  updateUser as updateRow,
  userByExternalId,
} from "../../db/users.js";
import { write } from "../../db/write.js";
import { received } from "../../errors.js";
import type { UserId } from "../../ids.js";
import { userNotFound } from "../../recommend/predict.js";
import { actingUserId } from "../request/access.js";
import type { Context } from "../request/context.js";
import { oneOfThese, text } from "../request/input-schemas.js";

export interface Demographics {
  gender?: string | null;
  ageGroup?: number | null;
  occupation?: string | null;
  zipCode?: string | null;
}

/** Lower bounds of MovieLens 1M's age groups. */
export const ageGroups = [1, 18, 25, 35, 45, 50, 56] as const;

/** Empty is unknown; left out, it stays as it is. */
export const demographicsSchema = z.object({
  gender: oneOfThese(["M", "F"]).nullish(),
  ageGroup: oneOfThese(ageGroups).nullish(),
  occupation: text(1, 100).nullish(),
  zipCode: text(1, 20).nullish(),
});

export const createUserSchema = demographicsSchema.extend({ externalId: text(1, 200) });

/** The user with this external id, made now where there is none: the same call again changes nothing. */
export async function createUser(context: Context, input: Demographics & { externalId: string }): Promise<User> {
  const { db } = context.services;
  const { externalId, ...demographics } = input;
  return write(db, () => userByExternalId(db, externalId) ?? addUser(db, { externalId, ...known(demographics) }));
}

/** @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `actingUserId` */
export async function updateUser(context: Context, input: Demographics & { userId?: string | null }): Promise<User> {
  const { userId, ...demographics } = input;
  const id = actingUserId(context, userId);
  const { db, events } = context.services;
  const user = await write(db, () => updateRow(db, id, known(demographics)));
  if (user === undefined) throw userNotFound(id);
  events.ratings.publish({ userId: id, rating: null });
  return user;
}

/**
 * Takes a user away with all of their ratings and tokens.
 * @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `actingUserId`
 */
export async function deleteUser(
  context: Context,
  input: { userId?: string | null },
): Promise<{ userId: UserId; ratings: number }> {
  const userId = actingUserId(context, input.userId);
  const { db } = context.services;
  const ratings = await write(db, () => {
    const count = countRatings(db, userId);
    if (!deleteRow(db, userId)) throw userNotFound(userId);
    rememberDeletion(db, userId);
    return count;
  });
  return { userId, ratings };
}

/** Checked by `demographicsSchema` before. */
function known({ gender, ageGroup, occupation, zipCode }: Demographics): Partial<User> {
  if (gender != null && gender !== "M" && gender !== "F") {
    throw new TypeError(`expected a gender that was checked, received ${received(gender)}`);
  }
  const given = { gender, ageGroup, occupation, zipCode };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
