/** Parts of input schemas, with messages that say what was expected and what came. */
import { z } from "zod";
import { AppError, received } from "../errors.js";
import { textProblem } from "../fold-text.js";

/** What is compared with text. @throws {AppError} INVALID_ARGUMENT for what cannot be seen, such as a NUL, which would end the text for SQLite */
export function checkText(name: string, value: string): void {
  const expected = textProblem(value);
  if (expected !== undefined && value.trim() !== "") {
    throw new AppError("INVALID_ARGUMENT", `expected ${expected} for ${name}, received ${received(value)}`);
  }
}

/** @param least, most number of characters, of which some can be seen */
export function text(least: number, most: number) {
  return z
    .string()
    .refine((value) => textProblem(value) === undefined, {
      error: ({ input }) => `expected ${textProblem(String(input))}, received ${received(input)}`,
      abort: true,
    })
    .refine((value) => value.trim().length >= least && value.length <= most, {
      error: ({ input }) => `expected ${least} to ${most} characters, received ${received(input)}`,
    });
}

export function wholeNumber(least: number, most: number) {
  return z.number().refine((value) => Number.isInteger(value) && value >= least && value <= most, {
    error: ({ input }) => `expected a whole number from ${least} to ${most}, received ${received(input)}`,
  });
}

export function oneOfThese<const Value extends string | number>(values: readonly Value[]) {
  return z.custom<Value>((value) => (values as readonly unknown[]).includes(value), {
    error: ({ input }) => `expected one of ${values.join(", ")}, received ${received(input)}`,
  });
}
