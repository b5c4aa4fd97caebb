/** Picks recommendations from the list that was prepared for a user ahead of the request. */
import type { MovieId } from "../ids.js";
import type { Basis } from "../ml/model/predictor.js";
import type { Catalogue } from "../services/catalogue.js";
import { decodeBest } from "../services/prepare-user.js";
import type { PreparedUser } from "../store/prepared-users.js";
import type { RankedMovies } from "./rank.js";
import type { RecommendOptions } from "./recommend-request.js";

/** With the predicted stars of each, and what they rest on. */
export interface PickedMovies extends RankedMovies {
  stars: Float32Array;
  basis: Basis;
}

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
): PickedMovies | undefined {
  if (best === null || rankBy === "RATING" || popularityBias !== 0 || filter?.includeRated) return undefined;
  const { movieIds, preferences, stars, basis } = decodeBest(best);
  const positions = new Int32Array(k);
  const scores = new Float64Array(k);
  const picked = new Float32Array(k);
  let count = 0;
  for (let i = 0; i < movieIds.length && count < k; i++) {
    const position = positionOf.get(movieIds[i] as MovieId);
    if (position === undefined || excluded[position] === 1) continue;
    positions[count] = position;
    picked[count] = stars[i];
    scores[count++] = preferences[i];
  }
  return count === k ? { positions, scores, stars: picked, basis } : undefined;
}
