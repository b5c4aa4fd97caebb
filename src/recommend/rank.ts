/** Ranks the movies that may be recommended: by preference where the model has a ranker, else by predicted stars. */
import { AppError, received } from "../errors.js";
import { topK } from "../ml/linalg/top-k.js";
import type { Predictions, Predictor, UserFeatures } from "../ml/model/predictor.js";
import type { Catalogue } from "../services/catalogue.js";
import { rankItems } from "./order-by-stars.js";
import type { RecommendOptions } from "./recommend-request.js";

export interface RankedMovies {
  /** Positions in the catalogue, best first. */
  positions: Int32Array;
  /** What each is ordered by. */
  scores: Float64Array;
}

/**
 * The best `k` movies.
 * @param predictAll predicts every movie of the catalogue; called only where stars decide
 * @param excluded 1 where a movie must not be recommended; overwritten
 * @throws {AppError} INVALID_ARGUMENT for options that do not fit together or that the model cannot serve
 */
export async function rankMovies(
  model: Predictor,
  user: UserFeatures,
  { movies }: Catalogue,
  predictAll: () => Promise<Predictions>,
  excluded: Uint8Array,
  k: number,
  options: RecommendOptions,
): Promise<RankedMovies> {
  checkRanking(model, options);
  const { rankBy, popularityBias = 0 } = options;
  if (model.preferences === undefined || rankBy === "RATING") {
    const { stars, itemKnown } = await predictAll();
    const positions = rankItems(stars, itemKnown, excluded, k);
    return { positions, scores: Float64Array.from(positions, (position) => stars[position]) };
  }
  const preferences = model.prefersByStars
    ? await model.preferences(user, movies, popularityBias, (await predictAll()).stars)
    : await model.preferences(user, movies, popularityBias);
  const preferred = topK(preferences, excluded, k);
  const scores = Float64Array.from(preferred, (position) => preferences[position]);
  if (preferred.length === k) return { positions: preferred, scores };
  // Movies that the ranker was not trained on follow, by their stars.
  for (const position of preferred) excluded[position] = 1;
  if (excluded.every((flag) => flag === 1)) return { positions: preferred, scores };
  const { stars, itemKnown } = await predictAll();
  const others = rankItems(stars, itemKnown, excluded, k - preferred.length);
  const last = scores.length === 0 ? 0 : scores[scores.length - 1];
  return {
    positions: Int32Array.of(...preferred, ...others),
    scores: Float64Array.of(...scores, ...others.map(() => last)),
  };
}

function checkRanking(model: Predictor, { rankBy, popularityBias = 0 }: RecommendOptions): void {
  if (!(popularityBias >= -1 && popularityBias <= 1)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected popularity from -1 (niche) to 1 (mainstream), received ${popularityBias}`,
    );
  }
  if (model.preferences === undefined && (rankBy === "PREFERENCE" || popularityBias !== 0)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a model with a ranker to rank by preference or popularity, but ${received(model.manifest.name)} has none: ` +
        "rank by RATING, or train another with marquee train",
    );
  }
  if (rankBy === "RATING" && popularityBias !== 0) {
    throw new AppError(
      "INVALID_ARGUMENT",
      "expected popularity together with rankBy: PREFERENCE, received it with RATING",
    );
  }
}
