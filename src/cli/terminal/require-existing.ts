/** Checks that the users, movies, models and so on that a command line names exist; an error says which ones do. */
import { AppError, type ErrorCode, received } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import { listModels } from "../../ml/model/model-store.js";
import type { Predictor } from "../../ml/model/predictor.js";
import { listEncoders } from "../../posters/encoders/encoder-store.js";
import { type PublishedEncoder, publishedEncoder, publishedEncoders } from "../../posters/encoders/pull-encoder.js";
import { allTokens } from "../../resolvers/system/edit-tokens.js";
import type { EncoderInUse } from "../../services/encoders-in-use.js";
import type { Services } from "../../services/services.js";

/** Longer lists are cut. */
const maxNames = 12;

/** @throws {AppError} USER_NOT_FOUND */
export async function requireUser({ store: { users } }: Services, id: UserId): Promise<UserId> {
  if ((await users.byIds([id]))[0] !== undefined) return id;
  const range = await users.idRange();
  const counted = { count: await users.count(), min: range?.lowest, max: range?.highest };
  throw new AppError("USER_NOT_FOUND", `there is no user ${id}; ${describeRange("users", counted)}`);
}

/** @throws {AppError} MOVIE_NOT_FOUND for the first movie that does not exist */
export async function requireMovies({ store: { movies } }: Services, ids: readonly MovieId[]): Promise<void> {
  const missing = (await movies.byIds(ids)).indexOf(undefined);
  if (missing === -1) return;
  const all = (await movies.all()).map(({ id }) => id as number).sort((a, b) => a - b);
  const range = { count: all.length, min: all[0], max: all.at(-1) };
  throw new AppError("MOVIE_NOT_FOUND", `there is no movie ${ids[missing]}; ${describeRange("movies", range)}`);
}

/**
 * The model of that name, or else the one that serves.
 * @throws {AppError} MODEL_NOT_FOUND; as `Models.get`
 */
export async function requireModel({ folders, models }: Services, name: string | undefined): Promise<Predictor> {
  if (name !== undefined) {
    const names = (await listModels(folders.models)).map((model) => model.name);
    requireName("MODEL_NOT_FOUND", "model", name, names, "train one with marquee train");
  }
  return models.get(name);
}

/** @throws {AppError} ENCODER_NOT_FOUND; as `Encoders.named` */
export async function requireEncoder({ folders, encoders }: Services, name: string): Promise<EncoderInUse> {
  const names = listEncoders(folders.encoders).map((encoder) => encoder.name);
  requireName("ENCODER_NOT_FOUND", "encoder", name, names, "add one with marquee encoders add");
  return encoders.named(name);
}

/** @throws {AppError} ENCODER_NOT_FOUND */
export function requirePublishedEncoder(name: string): PublishedEncoder {
  requireName("ENCODER_NOT_FOUND", "published encoder", name, Object.keys(publishedEncoders), "");
  return publishedEncoder(name);
}

/** @throws {AppError} TOKEN_NOT_FOUND */
export async function requireToken(services: Services, id: number): Promise<void> {
  const ids = (await allTokens(services)).map((token) => token.id);
  requireName("TOKEN_NOT_FOUND", "token", id, ids, "create one with marquee token create");
}

function describeRange(noun: string, { count, min, max }: { count: number; min?: number; max?: number }): string {
  if (min === undefined || max === undefined) {
    return `there are no ${noun} yet: run marquee import, or marquee setup for the embedded data set`;
  }
  return count === max - min + 1
    ? `the data set has ${noun} ${min} to ${max}`
    : `the data set has ${count} ${noun} with ids from ${min} to ${max}`;
}

function requireName<T extends string | number>(
  code: ErrorCode,
  noun: string,
  name: T,
  names: readonly T[],
  remedy: string,
): void {
  if (names.includes(name)) return;
  const rest = names.length > maxNames ? `, and ${names.length - maxNames} more` : "";
  const existing =
    names.length === 0
      ? `there are no ${noun}s yet: ${remedy}`
      : names.length === 1
        ? `the only ${noun} is ${names[0]}`
        : `the ${noun}s are ${names.slice(0, maxNames).join(", ")}${rest}`;
  throw new AppError(code, `there is no ${noun} ${received(name)}; ${existing}`);
}
