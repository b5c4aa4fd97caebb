/** Imports a person's ratings from another service's export, shows what that would do, and undoes it. */
import type { Service } from "../../datasets/exports/export-row.js";
import { type ImportPlan, type MatchedRow, planImport, toRatings } from "../../datasets/exports/plan-import.js";
import { readExport } from "../../datasets/exports/read-export.js";
import type { RatingScale } from "../../datasets/exports/scales.js";
import { AppError, userNotFound } from "../../errors.js";
import type { UserId } from "../../ids.js";
import type { ConflictPolicy, RatingImport, UndoneImport } from "../../store/rating-imports.js";
import type { Rating } from "../../store/ratings.js";
import type { User } from "../../store/users.js";
import { unixNow } from "../../unix-time.js";
import { getFilmIndex } from "../movies/match-titles.js";
import type { UploadedFile } from "../movies/set-poster.js";
import { actingUserId } from "../request/access.js";
import type { Context } from "../request/context.js";

export { ratingServices } from "../../datasets/exports/export-row.js";
export type { MatchedRow, UnmatchedRow } from "../../datasets/exports/plan-import.js";
export { ratingScales } from "../../datasets/exports/scales.js";
export { conflictPolicies, type RatingImport } from "../../store/rating-imports.js";

/** Of thirty thousand ratings, as the services write them. */
export const maxExportBytes = 2 * 2 ** 20;

export interface ImportInput {
  file: UploadedFile;
  userId?: string | null;
  dryRun?: boolean | null;
  scale?: RatingScale | null;
  onConflict?: ConflictPolicy | null;
}

export interface ImportedRatings {
  service: Service;
  plan: ImportPlan;
  /** Null for a dry run without a user. */
  userId: UserId | null;
  /** Null for a dry run. */
  made: RatingImport | null;
}

/**
 * @throws {AppError} RATINGS_UNREADABLE; SCALE_AMBIGUOUS unless it is a dry run; INVALID_ID, USER_NOT_FOUND, DATA_EMPTY; as `actingUserId`
 *   unless it is a dry run without a user
 */
export async function importRatings(context: Context, input: ImportInput): Promise<ImportedRatings> {
  const { store } = context.services;
  const isDryRun = input.dryRun ?? false;
  const isOwn = !isDryRun || input.userId != null || context.viewer.userId !== null;
  const userId = isOwn ? actingUserId(context, input.userId) : null;
  if (userId !== null && (await context.loaders.userById.load(userId)) === undefined) throw userNotFound(userId);
  if (input.file.size > maxExportBytes) {
    throw new AppError(
      "RATINGS_UNREADABLE",
      `expected a file of up to ${maxExportBytes} bytes, received ${input.file.size}`,
    );
  }
  const found = await readExport(new Uint8Array(await input.file.arrayBuffer()));
  const plan = await planImport(found, await getFilmIndex(context), input.scale ?? undefined);
  const { service } = plan;
  if (isDryRun || userId === null) return { service, plan, userId, made: null };
  const made = await store.ratingImports.add({
    userId,
    service,
    importedAt: unixNow(),
    conflicts: input.onConflict ?? "NEWEST",
    ratings: toRatings(plan),
  });
  if (made === undefined) throw userNotFound(userId);
  return { service, plan, userId, made };
}

/** @throws {AppError} IMPORT_NOT_FOUND, INVALID_ID; as `actingUserId` */
export async function undoRatingImport(
  context: Context,
  input: { importId: number; userId?: string | null },
): Promise<UndoneImport> {
  const userId = actingUserId(context, input.userId);
  const undone = await context.services.store.ratingImports.undo(userId, input.importId, unixNow());
  if (undone !== undefined) return undone;
  throw new AppError("IMPORT_NOT_FOUND", `user ${userId} has no import ${input.importId} of ratings`);
}

/** The latest first. */
export function getRatingImports({ loaders }: Context, { id }: User): Promise<RatingImport[]> {
  return loaders.ratingImports.load(id);
}

/** The rating that a user had given the movie already; null without one, and for nobody. */
export function ratingBefore(
  { loaders }: Context,
  { movie, userId }: { movie: MatchedRow["movie"]; userId: UserId | null },
): Promise<Rating | null> | null {
  return userId === null ? null : loaders.ratingOfPair.load({ userId, movieId: movie.id });
}

export type { UndoneImport } from "../../store/rating-imports.js";
