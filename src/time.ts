/** Times as the database and models keep them: whole seconds since 1970. */

/** The present time in Unix seconds. */
export function unixNow(): number {
  return Math.floor(Date.now() / 1000);
}
