/** Parts of input schemas, with messages that say what was expected and what came. */
import { z } from "zod";
import { received } from "../errors.js";

/** @param least, most number of characters */
export function text(least: number, most: number) {
  return z.string().refine((value) => value.trim().length >= least && value.length <= most, {
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
