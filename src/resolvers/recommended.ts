/** What a recommendation's fields show. */
import { clampStars } from "../ml/metrics.js";
import type { Context } from "./context.js";
import type { Recommended } from "./user.js";

/** Stars as shown, 0.5 to 5. */
export function shownScore({ stars }: Recommended): number {
  return clampStars(stars);
}

/** Computed where `similar: true` already did, else now, for all recommendations of the request together. */
export async function similarityOf(
  context: Context,
  { movieId, userId, similarity }: Recommended,
): Promise<number | null> {
  if (similarity !== undefined) return similarity;
  return context.loaders.posterSimilarity.load({ movieId, target: { userId } });
}
