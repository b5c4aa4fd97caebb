/** Cursors of the connections: an opaque form of the id that a list is ordered by. */
import { AppError, received } from "../errors.js";

/** The largest page that a client may ask for. */
export const maxPage = 100;
export const defaultPage = 20;

export function cursorOf(id: number): string {
  return Buffer.from(`after:${id}`).toString("base64");
}

/** @throws {AppError} INVALID_ARGUMENT when the text is no cursor of ours */
export function idOfCursor(cursor: string): number {
  const match = /^after:(\d{1,15})$/.exec(Buffer.from(cursor, "base64").toString("latin1"));
  if (match === null) {
    throw new AppError("INVALID_ARGUMENT", `expected a cursor that an earlier page gave, received ${received(cursor)}`);
  }
  return Number(match[1]);
}

/** @throws {AppError} INVALID_ARGUMENT unless the number is within 1 to `most` */
export function checkFirst(name: string, value: number, most: number): number {
  if (!(value >= 1 && value <= most)) {
    throw new AppError("INVALID_ARGUMENT", `expected ${name} from 1 to ${most}, received ${value}`);
  }
  return value;
}

/** @throws {AppError} INVALID_ARGUMENT unless `first` and `last`, where given, are from 0 to `maxPage` */
export function checkPage(args: {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}) {
  for (const name of ["first", "last"] as const) {
    const value = args[name];
    if (value != null && !(value >= 0 && value <= maxPage)) {
      throw new AppError("INVALID_ARGUMENT", `expected ${name} from 0 to ${maxPage}, received ${value}`);
    }
  }
  for (const cursor of [args.after, args.before]) if (cursor != null) idOfCursor(cursor);
}
