/** Parses the arguments and options of commands. */
import { AppError, received } from "../../errors.js";
import { type MovieId, parseMovieId, parseUserId, type UserId } from "../../ids.js";

/** A parser of whole numbers. @throws {AppError} USAGE outside the range, ends included */
export function wholeNumberArgument(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new AppError(
        "USAGE",
        `expected a whole number from ${min} to ${max} for ${name}, received ${received(text)}`,
      );
    }
    return value;
  };
}

/** A parser of decimal numbers. @throws {AppError} USAGE outside the range, ends included */
export function decimal(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= min && value <= max)) {
      throw new AppError("USAGE", `expected a number from ${min} to ${max} for ${name}, received ${received(text)}`);
    }
    return value;
  };
}

/** A parser of `count` comma-separated numbers. @throws {AppError} USAGE for another count, or outside the range */
export function decimals(name: string, count: number, min: number, max: number): (text: string) => number[] {
  return (text) => {
    const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (values.length !== count || !values.every((value) => value >= min && value <= max)) {
      throw new AppError(
        "USAGE",
        `expected ${count} comma-separated numbers from ${min} to ${max} for ${name}, received ${received(text)}`,
      );
    }
    return values;
  };
}

/** A parser of a fixed set of words. @throws {AppError} USAGE for any other word */
export function oneOf<T extends string>(name: string, choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((value) => value === text);
    if (choice === undefined) {
      throw new AppError(
        "USAGE",
        `expected ${new Intl.ListFormat("en-GB", { type: "disjunction" }).format(choices)} for ${name}, received ${received(text)}`,
      );
    }
    return choice;
  };
}

/** @throws {AppError} INVALID_ID */
export function userIdArgument(text: string): UserId {
  const id = parseUserId(text);
  if (id === undefined)
    throw new AppError(
      "INVALID_ID",
      `expected a user's number in the data set, such as 42, received ${received(text)}`,
    );
  return id;
}

/** @throws {AppError} INVALID_ID */
export function movieIdArgument(text: string): MovieId {
  const id = parseMovieId(text);
  if (id === undefined)
    throw new AppError(
      "INVALID_ID",
      `expected a movie's number in the data set, such as 42, received ${received(text)}`,
    );
  return id;
}
