/** Cache id of an object that is not a `Node`: normalised caches store it once, whichever query returned it. */
export function cacheId(type: "Poster" | "Rating", ...numbers: readonly number[]): string {
  return Buffer.from(`${type}:${numbers.join(":")}`).toString("base64");
}
