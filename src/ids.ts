/**
 * Types for ids and indices, which the original program confused.
 * Ids name a thing in the database and the API; indices are dense rows of a model's tables.
 * They are converted only by the id maps that a model carries (`ml/model/id-maps.ts`).
 */

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A data set's own user number, a positive integer. */
export type UserId = Branded<number, "UserId">;
/** A data set's own movie number, a positive integer; the same in every MovieLens release. */
export type MovieId = Branded<number, "MovieId">;
/** An IMDb title id in its full form: `tt` and at least seven digits. */
export type ImdbId = Branded<string, "ImdbId">;
/** A dense row of a model's user table, from 0. */
export type UserIndex = Branded<number, "UserIndex">;
/** A dense row of a model's movie table, from 0. */
export type ItemIndex = Branded<number, "ItemIndex">;

const maxId = 2 ** 31 - 1;

/** The first id of users and movies that are added through the API; no data set may use ids from here on. */
export const firstOwnId = 2_000_000_001;

function isId(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= maxId;
}

/** @throws {RangeError} unless `value` is an integer from 1 to 2³¹ − 1 */
export function userId(value: number): UserId {
  if (!isId(value)) throw new RangeError(`expected a user id, an integer from 1 to ${maxId}, received ${value}`);
  return value as UserId;
}

/** @throws {RangeError} unless `value` is an integer from 1 to 2³¹ − 1 */
export function movieId(value: number): MovieId {
  if (!isId(value)) throw new RangeError(`expected a movie id, an integer from 1 to ${maxId}, received ${value}`);
  return value as MovieId;
}

/** A user id from text such as `3997`; undefined when the text is anything else. */
export function parseUserId(text: string): UserId | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return isId(value) ? (value as UserId) : undefined;
}

/** A movie id from text such as `1193`; undefined when the text is anything else. */
export function parseMovieId(text: string): MovieId | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return isId(value) ? (value as MovieId) : undefined;
}

/**
 * An IMDb id from user input: `tt0114709`, `114709`, or the address of a title page on imdb.com.
 * Undefined when the text is none of these, or its number is zero or has more than ten digits.
 */
export function parseImdbId(text: string): ImdbId | undefined {
  const trimmed = text.trim();
  const match =
    /^(?:tt)?(\d{1,10})$/i.exec(trimmed) ??
    /^(?:https?:\/\/)?(?:[a-z]+\.)?imdb\.com\/(?:[a-z]{2}(?:-[a-z]{2})?\/)?title\/tt(\d{1,10})(?:[/?#].*)?$/i.exec(
      trimmed,
    );
  const digits = match?.[1];
  if (digits === undefined || Number(digits) === 0) return undefined;
  return `tt${String(Number(digits)).padStart(7, "0")}` as ImdbId;
}
