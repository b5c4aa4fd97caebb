/** Ranges that lists are filtered by. */
import { AppError } from "../../errors.js";
import type { Range } from "../../store/paging.js";

/** As a client gives it. */
export interface RangeArgs {
  from?: number | null;
  to?: number | null;
}

/** @throws {AppError} INVALID_ARGUMENT for a range whose end is before its start */
export function toRange(name: string, range: RangeArgs | null | undefined): Range | undefined {
  if (range == null) return undefined;
  const from = range.from ?? undefined;
  const to = range.to ?? undefined;
  if (from !== undefined && to !== undefined && from > to) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected ${name} from a number to one not below it, received ${from} to ${to}`,
    );
  }
  return { from, to };
}
