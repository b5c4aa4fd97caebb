/** Parsers and checks of command-line arguments. */
import { AppError, received } from "../../errors.js";
import { type MovieId, parseMovieId, parseUserId, type UserId } from "../../ids.js";

/** @throws {AppError} USAGE unless the text is a whole number within the range */
export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
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

/** @throws {AppError} USAGE unless the text is a number within the range, its ends excluded where said */
export function decimal(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= min && value <= max)) {
      throw new AppError("USAGE", `expected a number from ${min} to ${max} for ${name}, received ${received(text)}`);
    }
    return value;
  };
}

/** @throws {AppError} USAGE unless the text is so many numbers within the range, with commas between them */
export function decimals(name: string, count: number, min: number, max: number): (text: string) => number[] {
  return (text) => {
    const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (values.length !== count || !values.every((value) => value >= min && value <= max)) {
      throw new AppError(
        "USAGE",
        `expected ${count} numbers from ${min} to ${max} with commas between them for ${name}, received ${received(text)}`,
      );
    }
    return values;
  };
}

/** @throws {AppError} USAGE unless the text is one of the choices */
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
