/** Picks recommendations from the list that was prepared for a user ahead of the request. */
import type { MovieId } from "../ids.js";
import type { Catalogue } from "../services/catalogue.js";
import { decodeBest } from "../services/prepare-user.js";
import type { PreparedUser } from "../store/prepared-users.js";
import type { RankedMovies } from "./rank.js";
import type { RecommendOptions } from "./recommend-request.js";

/**
 * The first `k` by preference of a prepared list that may be recommended: the same as ranking anew, since what is excluded only
 * takes movies out of it.
 * @param excluded 1 where a movie must not be recommended, besides rated ones
 * @returns undefined where the prepared list is too short, or these options rank otherwise
 */
export function pickPrepared(
  { best }: PreparedUser,
  { positionOf }: Catalogue,
  excluded: Uint8Array,
  k: number,
  { rankBy, popularityBias = 0, filter }: RecommendOptions,
): RankedMovies | undefined {
  if (best === null || rankBy === "RATING" || popularityBias !== 0 || filter?.includeRated) return undefined;
  const { movieIds, preferences } = decodeBest(best);
  const positions = new Int32Array(k);
  const scores = new Float64Array(k);
  let count = 0;
  for (let i = 0; i < movieIds.length && count < k; i++) {
    const position = positionOf.get(movieIds[i] as MovieId);
    if (position === undefined || excluded[position] === 1) continue;
    positions[count] = position;
    scores[count++] = preferences[i];
  }
  return count === k ? { positions, scores } : undefined;
}
