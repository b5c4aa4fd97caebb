/** The row types and field checks that the readers of all layouts share. */
import { AppError, received } from "../../errors.js";
import { firstOwnId, type ImdbId, type MovieId, type UserId } from "../../ids.js";
import { unixNow } from "../../unix-time.js";
import type { AgeGroup } from "./demographics.js";

/** The line number, from 1, for rows whose keys are compared across lines. */
interface Numbered {
  line: number;
}

export interface MovieRow extends Numbered {
  movieId: MovieId;
  /** As in the file: `Godfather, The (1972)`. `splitTitle` parses it. */
  title: string;
  /** Empty where the file lists none, or says that they are unknown. */
  genres: string[];
}

export interface UserRow extends Numbered {
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

export interface LinkRow extends Numbered {
  movieId: MovieId;
  imdbId: ImdbId | null;
  tmdbId: number | null;
}

export interface BadLine {
  file: string;
  /** From 1. */
  line: number;
  /** What was expected; bad lines of one file with the same expectation are of one kind. */
  kind: string;
  /** The message of the error that a strict reader throws. */
  message: string;
}

export interface ReadOptions {
  /** Report a line that cannot be read and go on, instead of throwing DATA_BAD_LINE; up to half of a file's lines. */
  skipBad: boolean;
  /** The latest accepted time of a rating, in Unix seconds; by default a day from now. */
  latest?: number;
  /** Called with the number of uncompressed bytes just read. */
  onBytes?(bytes: number): void;
  onBadLine?(problem: BadLine): void;
  /**
   * Checks that need more than one line, such as whether a key is new or a movie exists. Called once for each readable row;
   * a BadField that it throws makes the line a bad one, which counts towards half of the file too.
   */
  checkMovie?(row: MovieRow): void;
  checkUser?(row: UserRow): void;
  checkRating?(row: RatingRow): void;
  checkLink?(row: LinkRow): void;
}

/** An invalid field; `BadLines` adds the file and line. */
export class BadField extends Error {
  readonly expected: string;

  constructor(expected: string, value: string) {
    super(`expected ${expected}, received ${received(value)}`);
    this.expected = expected;
  }
}

/** A rating beyond five stars, which suggests another scale, such as 8 of 10. */
export class OffScale extends BadField {}

/** Lines after which a file is judged before its end. */
const tellingLines = 1000;
/** A larger share of ratings beyond five stars means that the file has another scale, so its other ratings would be misread. */
const offScaleShare = 0.25;

/**
 * Collects the bad lines of one file. The first one stops the import, or each is reported where `skipBad` is set; a file
 * of which most lines are bad, or whose ratings have another scale, stops the import in any case.
 */
export class BadLines {
  readonly #file: string;
  readonly #options: ReadOptions;
  #bad = 0;
  #offScale = 0;
  #first = "";

  constructor(file: string, options: ReadOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** @throws {AppError} DATA_BAD_LINE unless `skipBad`; rethrows any error that is no BadField */
  report(error: unknown, line: number): void {
    if (!(error instanceof BadField)) throw error;
    const message = `${this.#file} line ${line}: ${error.message}`;
    if (!this.#options.skipBad) throw new AppError("DATA_BAD_LINE", message);
    if (error instanceof OffScale) this.#offScale++;
    if (this.#bad++ === 0) this.#first = message;
    this.#options.onBadLine?.({ file: this.#file, line, kind: error.expected, message });
  }

  /**
   * Call it regularly, and at the end.
   * @param lines read so far, without empty ones
   * @throws {AppError} DATA_BAD_LINE
   */
  check(lines: number, isEnd: boolean): void {
    if (this.#bad === 0 || (!isEnd && lines < tellingLines)) return;
    if (this.#offScale > lines * offScaleShare) {
      throw new AppError(
        "DATA_BAD_LINE",
        `${this.#file}: expected ratings from 0.5 to 5 stars, received ${this.#offScale} of ${lines} beyond them, so its scale ` +
          `is another one: divide all ratings first. The first: ${this.#first}`,
      );
    }
    if (this.#bad * 2 <= lines) return;
    throw new AppError(
      "DATA_BAD_LINE",
      `${this.#file}: expected most lines to be good, received ${this.#bad} bad ones of ${lines}. The first: ${this.#first}`,
    );
  }
}

/** Detects repeated keys; see `isNew`. */
export class UniqueRows<Key> {
  readonly #seen = new Map<Key, { line: number; values: string }>();
  readonly #what: string;

  /** @param what the key's name, for messages */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * @param values all other fields of the row
   * @returns false where an identical row came before
   * @throws {BadField} where the key came before with other values, naming that line
   */
  isNew(key: Key, values: string, line: number): boolean {
    const before = this.#seen.get(key);
    if (before === undefined) {
      this.#seen.set(key, { line, values });
      return true;
    }
    if (before.values === values) return false;
    throw new BadField(
      `each ${this.#what} once, or the same again`,
      `${key} as on line ${before.line}, with other values`,
    );
  }
}

/** The highest id of a data set; higher ones are for users and movies added through the API. */
const maxId = firstOwnId - 1;

/**
 * A whole number: up to eleven digits, with optional surrounding spaces and a decimal part of zeros, as pandas writes integer
 * columns with missing values. Undefined for anything else.
 */
export function parseWholeNumber(text: string): number | undefined {
  const match = /^\s*(\d{1,11})(?:\.0+)?\s*$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

export function isIdInRange(value: number): boolean {
  return value >= 1 && value <= maxId && Number.isInteger(value);
}

function idField(text: string, what: string): number {
  const value = parseWholeNumber(text);
  if (value === undefined || !isIdInRange(value)) {
    throw new BadField(`a ${what} id, a whole number from 1 to ${maxId}`, text);
  }
  return value;
}

/** @throws {BadField} unless there are exactly `count` fields */
export function expectFields(fields: string[], count: number, line: string): void {
  if (fields.length !== count) throw new BadField(`${count} fields, not ${fields.length}`, line);
}

/** @throws {BadField} unless the text is a whole number in the range of ids */
export function movieIdField(text: string): MovieId {
  return idField(text, "movie") as MovieId;
}

/** @throws {BadField} unless the text is a whole number in the range of ids */
export function userIdField(text: string): UserId {
  return idField(text, "user") as UserId;
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
  const value = /^\s*\d{1,11}(?:\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  if (isHalfStar(value)) return value;
  const Problem = value > 5 ? OffScale : BadField;
  throw new Problem("a rating in half stars from 0.5 to 5", text);
}

const dayInSeconds = 86_400;

/** The latest plausible time of a rating: tomorrow, whatever the time zone. */
export function latestTime({ latest }: ReadOptions): number {
  return latest ?? unixNow() + dayInSeconds;
}

/**
 * Unix seconds, 0 as null.
 * @throws {BadField} unless the text is a whole number from 0 to `latest`; milliseconds by mistake lie beyond
 */
export function timestampField(text: string, latest: number): number | null {
  const value = parseWholeNumber(text);
  if (value === undefined || value > latest) throw new BadField("a time in Unix seconds, up to tomorrow", text);
  return value || null;
}
