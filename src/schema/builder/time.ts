/** Formats times for answers. */

/** ISO 8601 in UTC, of Unix seconds. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
