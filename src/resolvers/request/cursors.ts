/** Opaque pagination cursors, and checks of page sizes. */
import { AppError, received } from "../../errors.js";
import type { Key, KeyPage } from "../../store/paging.js";

export type { Key, Keyed, KeyPage } from "../../store/paging.js";

/** The largest page that a client may ask for. */
export const maxPage = 100;
export const defaultPage = 20;

/** The paging arguments of a connection. */
export interface PageArgs {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** A page as the Relay plugin requests it. */
export interface PageRequest {
  after?: string;
  before?: string;
  limit: number;
  inverted: boolean;
}

/** @param order name of the list's order: a cursor is valid in lists of the same order only */
export function encodeCursor(order: string, { value, id }: Key): string {
  return Buffer.from(JSON.stringify([order, value, id])).toString("base64url");
}

/** @throws {AppError} INVALID_ARGUMENT for text that is no cursor of this server, or one of another order */
export function decodeCursor(order: string, cursor: string): Key {
  const parts = parse(Buffer.from(cursor, "base64url").toString("utf8"));
  const [of, value, id] = Array.isArray(parts) ? parts : [];
  const isKey = (typeof value === "number" || typeof value === "string") && Number.isSafeInteger(id);
  if (typeof of !== "string" || !isKey) {
    throw new AppError("INVALID_ARGUMENT", `expected a cursor that an earlier page gave, received ${received(cursor)}`);
  }
  if (of !== order) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a cursor of a list ordered by ${order}, received one of a list ordered by ${received(of)}`,
    );
  }
  return { value, id };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws {AppError} as `decodeCursor` */
export function toKeyPage(order: string, { after, before, limit, inverted }: PageRequest): KeyPage {
  return {
    after: after === undefined ? undefined : decodeCursor(order, after),
    before: before === undefined ? undefined : decodeCursor(order, before),
    limit,
    inverted,
  };
}

/** @throws {AppError} INVALID_ARGUMENT unless the number is within 1 to `most` */
export function checkFirst(name: string, value: number, most: number): number {
  if (!(value >= 1 && value <= most)) {
    throw new AppError("INVALID_ARGUMENT", `expected ${name} from 1 to ${most}, received ${value}`);
  }
  return value;
}

/** @throws {AppError} INVALID_ARGUMENT unless `first` and `last`, where given, are from 0 to `maxPage`, and not both given */
export function checkPage(order: string, args: PageArgs): void {
  for (const name of ["first", "last"] as const) {
    const value = args[name];
    if (value != null && !(value >= 0 && value <= maxPage)) {
      throw new AppError("INVALID_ARGUMENT", `expected ${name} from 0 to ${maxPage}, received ${value}`);
    }
  }
  if (args.first != null && args.last != null) {
    throw new AppError("INVALID_ARGUMENT", "expected either first or last, received both");
  }
  for (const cursor of [args.after, args.before]) if (cursor != null) decodeCursor(order, cursor);
}
