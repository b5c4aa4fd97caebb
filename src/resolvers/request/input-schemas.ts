/** Shared parts of input schemas, whose messages say what was expected and received. */
import * as z from "zod";
import { AppError, received } from "../../errors.js";
import { textProblem } from "../../fold-text.js";

/**
 * Checks text that is compared with stored text, such as a search. Blank text passes.
 * @throws {AppError} INVALID_ARGUMENT for control characters (SQLite ends a text at a NUL), lone surrogates, or nothing visible
 */
export function checkText(name: string, value: string): void {
  const expected = textProblem(value);
  if (expected !== undefined && value.trim() !== "") {
    throw new AppError("INVALID_ARGUMENT", `expected ${expected} for ${name}, received ${received(value)}`);
  }
}

/** Text of `least` to `most` characters, at least one of them visible. */
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
