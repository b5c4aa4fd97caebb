/** Formats Unix seconds as ISO 8601 in UTC. */
export function toIsoString(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
