/** Resolvers of a recommendation's fields. */
import { clampStars } from "../../recommend/star-scale.js";
import type { Context } from "../request/context.js";
import type { Recommendation } from "./recommendations.js";

/** Stars as shown, 0.5 to 5. */
export function shownScore({ stars }: Recommendation): number {
  return clampStars(stars);
}

/** Computed where `similar: true` already did, else now, for all recommendations of the request together. */
export function getSimilarity(
  context: Context,
  { movieId, owner, similarity }: Recommendation,
): number | null | Promise<number | null> {
  if (similarity !== undefined) return similarity;
  const target = "guest" in owner ? owner.guest.target : owner;
  return context.loaders.posterSimilarity.load({ movieId, target });
}
