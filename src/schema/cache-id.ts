/** An id of what is no node: normalised caches keep it in one place, whichever query it came with. */
export function cacheId(type: "Poster" | "Rating", ...numbers: readonly number[]): string {
  return Buffer.from(`${type}:${numbers.join(":")}`).toString("base64");
}
