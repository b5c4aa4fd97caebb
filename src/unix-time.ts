/** The current time in the unit of the database. */

/** Whole seconds since 1970. */
export function unixNow(): number {
  return Math.floor(Date.now() / 1000);
}
