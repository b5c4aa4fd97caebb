/** How much a user would like to watch each movie, from the ranker beside a factor model. */
import { createYield } from "../../event-loop.js";
import type { MovieFeatures, Predictor, UserFeatures } from "../model/predictor.js";
import type { Ranking, RankingParts } from "../ranker/ranker.js";
import type { History } from "./fold-in-solver.js";

/** Preference for each movie, by the ranker; −∞ for one that no rating trained. */
export function createPreferences(
  getRanking: () => Promise<Ranking>,
  items: number,
  toHistory: (user: UserFeatures) => History,
  getMovieRows: (movies: readonly MovieFeatures[]) => Int32Array,
): NonNullable<Predictor["preferences"]> {
  // One user's list is requested several times at once, with other popularity biases or filters.
  const partsByUser = new WeakMap<UserFeatures, Promise<{ parts: RankingParts; likes: number }>>();
  async function read(user: UserFeatures): Promise<{ parts: RankingParts; likes: number }> {
    const ranking = await getRanking();
    const history = toHistory(user);
    const liked = history.items.filter((_, k) => history.stars[k] >= ranking.positiveFrom);
    return { parts: await ranking.partsAsync(liked, createYield()), likes: liked.length };
  }
  return async (user, movies, popularityBias, stars) => {
    const kept = partsByUser.get(user) ?? read(user);
    partsByUser.set(user, kept);
    const ranking = await getRanking();
    const { parts, likes } = await kept;
    const rows = getMovieRows(movies);
    let byRow: Float32Array | undefined;
    if (stars !== undefined) {
      byRow = new Float32Array(items);
      for (let k = 0; k < rows.length; k++) if (rows[k] !== -1) byRow[rows[k]] = stars[k];
    }
    const scores = new Float32Array(items);
    ranking.combine(parts, likes, byRow, popularityBias, scores);
    // A plain loop: mapping four thousand movies by a function takes as long as ranking them.
    const preferences = new Float32Array(rows.length);
    for (let k = 0; k < rows.length; k++) preferences[k] = rows[k] === -1 ? Number.NEGATIVE_INFINITY : scores[rows[k]];
    return preferences;
  };
}
