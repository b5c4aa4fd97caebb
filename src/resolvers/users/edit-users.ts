/** Creates, updates and deletes users. */
import * as z from "zod";
import { ageGroups } from "../../datasets/movielens/demographics.js";
import { received, userNotFound } from "../../errors.js";
import type { UserId } from "../../ids.js";
import type { Demographics, User } from "../../store/users.js";
import { actingUserId } from "../request/access.js";
import type { Context } from "../request/context.js";
import { oneOfThese, text } from "../request/input-schemas.js";

export { ageGroups } from "../../datasets/movielens/demographics.js";

export interface DemographicsInput {
  gender?: string | null;
  ageGroup?: number | null;
  occupation?: string | null;
  zipCode?: string | null;
}

/** Null is unknown; what is left out stays as it is. */
export const demographicsSchema = z.object({
  gender: oneOfThese(["M", "F"]).nullish(),
  ageGroup: oneOfThese(ageGroups).nullish(),
  occupation: text(1, 100).nullish(),
  zipCode: text(1, 20).nullish(),
});

export const createUserSchema = demographicsSchema.extend({ externalId: text(1, 200) });

/** The user with this external id; it is added where there is none, so that the same call again changes nothing. */
export async function createUser(
  { services }: Context,
  { externalId, ...demographics }: DemographicsInput & { externalId: string },
): Promise<User> {
  return services.store.users.findOrAdd(externalId, toDemographics(demographics));
}

/** @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `actingUserId` */
export async function updateUser(
  context: Context,
  input: DemographicsInput & { userId?: string | null },
): Promise<User> {
  const { userId, ...demographics } = input;
  const id = actingUserId(context, userId);
  const user = await context.services.store.users.update(id, toDemographics(demographics));
  if (user === undefined) throw userNotFound(id);
  return user;
}

/**
 * Deletes a user with all of their ratings and tokens.
 * @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `actingUserId`
 */
export async function deleteUser(
  context: Context,
  input: { userId?: string | null },
): Promise<{ userId: UserId; ratings: number }> {
  const userId = actingUserId(context, input.userId);
  const deleted = await context.services.store.users.delete(userId);
  if (deleted === undefined) throw userNotFound(userId);
  return { userId, ratings: deleted.ratings };
}

/** @param input checked by `demographicsSchema` before */
function toDemographics({ gender, ageGroup, occupation, zipCode }: DemographicsInput): Partial<Demographics> {
  if (gender != null && gender !== "M" && gender !== "F") {
    throw new TypeError(`expected a gender that was checked, received ${received(gender)}`);
  }
  const given = { gender, ageGroup, occupation, zipCode };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
