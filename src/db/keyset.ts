/** Keyset pagination: pages ordered by a value and then by id stay stable while rows come and go. */
import { and, type SQL, sql } from "drizzle-orm";

/** Where a row stands in its list. */
export interface Key {
  value: number | string;
  id: number;
}

/** `limit` rows beyond `after` and before `before`. */
export interface KeyPage {
  after?: Key;
  before?: Key;
  limit: number;
  /** The last rows of the range instead of the first, in the reverse order. */
  inverted?: boolean;
}

/** A row, and the value that it is ordered by. */
export interface Keyed<Row> {
  node: Row;
  value: number | string;
}

/** The condition and the order of a page. */
export function keysetOf(
  value: SQL,
  id: SQL,
  descending: boolean,
  { after, before, inverted }: KeyPage,
): { where: SQL | undefined; orderBy: SQL[] } {
  const [beyond, until] = descending ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  const compare = (key: Key, sign: SQL) => sql`(${value}, ${id}) ${sign} (${key.value}, ${key.id})`;
  const direction = descending === (inverted ?? false) ? sql`ASC` : sql`DESC`;
  return {
    where: and(
      after === undefined ? undefined : compare(after, beyond),
      before === undefined ? undefined : compare(before, until),
    ),
    orderBy: [sql`${value} ${direction}`, sql`${id} ${direction}`],
  };
}

/** Both ends included; either may be left open. */
export interface Range {
  from?: number;
  to?: number;
}

/** Whether a value lies in a range; a null lies in none. */
export function within(value: SQL, range: Range | undefined): SQL | undefined {
  if (range === undefined) return undefined;
  return and(
    range.from === undefined ? undefined : sql`${value} >= ${range.from}`,
    range.to === undefined ? undefined : sql`${value} <= ${range.to}`,
  );
}
