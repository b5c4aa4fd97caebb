/** What the readers give: one row type for every data set's own layout, and the checks that all layouts share. */
import { AppError, received } from "../../errors.js";
import { firstOwnId, type ImdbId, type MovieId, parseMovieId, parseUserId, type UserId } from "../../ids.js";

export interface MovieRow {
  movieId: MovieId;
  /** As the file has it: `Godfather, The (1972)`. `splitTitle` takes it apart. */
  title: string;
  /** Empty where the file says that there are none, or that it does not know. */
  genres: string[];
}

/** Lower bounds of MovieLens 1M's age groups; 1 stands for "under 18". */
export const ageGroups = [1, 18, 25, 35, 45, 50, 56] as const;
export type AgeGroup = (typeof ageGroups)[number];

export interface UserRow {
  userId: UserId;
  gender: "M" | "F" | null;
  ageGroup: AgeGroup | null;
  occupation: string | null;
  zipCode: string | null;
}

export interface RatingRow {
  userId: UserId;
  movieId: MovieId;
  /** Half stars from 0.5 to 5. */
  rating: number;
  /** Unix seconds; null where the file has none, or 0. */
  ratedAt: number | null;
}

export interface LinkRow {
  movieId: MovieId;
  imdbId: ImdbId | null;
  tmdbId: number | null;
}

export interface BadLine {
  file: string;
  /** From 1. */
  line: number;
  /** The sentence that a strict reader throws. */
  message: string;
}

export interface ReadOptions {
  /** Report a line that cannot be read and go on, instead of throwing DATA_BAD_LINE. */
  skipBad: boolean;
  /** Called with the number of uncompressed bytes just read. */
  onBytes?(bytes: number): void;
  onBadLine?(problem: BadLine): void;
  /** What the file alone cannot say of a rating, such as that its movie exists; throws BadField where it is not so. */
  checkRating?(row: RatingRow): void;
}

/** One field is not what it should be; `reportBadLine` adds where it stands. */
export class BadField extends Error {
  constructor(expected: string, value: string) {
    super(`expected ${expected}, received ${received(value)}`);
  }
}

/** @throws {AppError} DATA_BAD_LINE, unless the options say to skip; whatever is not a BadField as it came */
export function reportBadLine(error: unknown, file: string, line: number, options: ReadOptions): void {
  if (!(error instanceof BadField)) throw error;
  const message = `${file} line ${line}: ${error.message}`;
  if (!options.skipBad) throw new AppError("DATA_BAD_LINE", message);
  options.onBadLine?.({ file, line, message });
}

/** @throws {BadField} unless there are exactly `count` fields */
export function expectFields(fields: string[], count: number, line: string): void {
  if (fields.length !== count) throw new BadField(`${count} fields, not ${fields.length}`, line);
}

/** @throws {BadField} unless the text is a positive integer */
export function movieIdField(text: string): MovieId {
  const id = parseMovieId(text);
  if (id === undefined) throw new BadField("a movie id, a positive integer", text);
  if (id >= firstOwnId) throw new BadField(`a movie id below ${firstOwnId}, where those of this server begin`, text);
  return id;
}

/** @throws {BadField} unless the text is a positive integer */
export function userIdField(text: string): UserId {
  const id = parseUserId(text);
  if (id === undefined) throw new BadField("a user id, a positive integer", text);
  return id;
}

/** @throws {BadField} where the text is empty */
export function titleField(text: string): string {
  if (text.trim() === "") throw new BadField("a title", text);
  return text;
}

/** @throws {BadField} unless the text is M or F */
export function genderField(text: string): "M" | "F" {
  if (text !== "M" && text !== "F") throw new BadField("a gender, M or F", text);
  return text;
}

export function isHalfStar(value: number): boolean {
  return value >= 0.5 && value <= 5 && Number.isInteger(value * 2);
}

/** @throws {BadField} unless the text is a half star from 0.5 to 5 */
export function ratingField(text: string): number {
  const value = /^\d(?:\.\d{1,4})?$/.test(text) ? Number(text) : Number.NaN;
  if (!isHalfStar(value)) throw new BadField("a rating in half stars from 0.5 to 5", text);
  return value;
}

/** Largest second that counts as a time, in the year 5138: milliseconds by mistake lie above it. */
export const lastSecond = 99_999_999_999;

/**
 * Unix seconds, 0 as null.
 * @throws {BadField} unless the text is an integer from 0 to `lastSecond`
 */
export function timestampField(text: string): number | null {
  if (!/^\d{1,11}$/.test(text)) throw new BadField("a timestamp in Unix seconds", text);
  return Number(text) || null;
}
