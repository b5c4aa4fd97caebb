/** Keyset pagination: pages ordered by a value and then by id stay stable while rows come and go. */

/** The position of a row in an ordered list. */
export interface Key {
  value: number | string;
  id: number;
}

/** At most `limit` rows after `after` and before `before`. */
export interface KeyPage {
  after?: Key;
  before?: Key;
  limit: number;
  /** The last rows of the range instead of the first, in reverse order. */
  inverted?: boolean;
}

/** A row with the value that its list is ordered by. */
export interface Keyed<Row> {
  node: Row;
  value: number | string;
}

/** Both ends are included; either may be left open. */
export interface Range {
  from?: number;
  to?: number;
}
