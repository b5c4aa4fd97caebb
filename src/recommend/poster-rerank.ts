/** Re-ranks the best candidates by poster similarity, blended with their score and diversified. */
import { createYield } from "../event-loop.js";
import { blend, diversify, minMaxNormalise } from "../posters/vectors/rerank.js";
import { centre } from "../posters/vectors/similarity.js";
import type { Services } from "../services/services.js";
import { type Compared, posterTargets, type SimilarityTarget, similarityTo } from "./poster-similarity.js";
import type { RecommendedMovie, RecommendOptions } from "./recommend-request.js";

/** One list to bring into another order. */
export interface Candidates {
  candidates: readonly RecommendedMovie[];
  /** What the posters are compared with, unless `basedOn` says otherwise. */
  target: SimilarityTarget;
  /** How many are kept. */
  first: number;
  options: RecommendOptions;
}

/** Each list in its new order; what all of them need is read once. */
export async function rerankByPosters(services: Services, lists: readonly Candidates[]): Promise<RecommendedMovie[][]> {
  const compared = await posterTargets(
    services,
    lists.map(({ candidates, target, options: { basedOn } }) => ({
      target: basedOn === undefined ? target : { movieIds: basedOn },
      ids: candidates.map(({ movieId }) => movieId),
    })),
  );
  // Uncentred, all posters of a network look alike, and none is far from another.
  const isSpread = lists.some(({ options: { diversity = 0 } }) => diversity > 0);
  const mean = isSpread ? (await services.posterMaps.current()).index.mean : undefined;
  const pause = createYield();
  const reranked: RecommendedMovie[][] = [];
  for (const [i, list] of lists.entries()) {
    reranked.push(await rerank(list, compared[i], mean));
    await pause();
  }
  return reranked;
}

/**
 * Without `weight` as in the original: those with a poster, the closest first, equally close ones in their order. With
 * it the others stay too, as if their posters were as close as the candidates' in the mean.
 */
async function rerank(
  { candidates, first, options: { weight, diversity = 0 } }: Candidates,
  { target, vectors }: Compared,
  mean: Float32Array | undefined,
): Promise<RecommendedMovie[]> {
  const scored = candidates.map((movie, i) => ({
    ...movie,
    compared: { target, vector: vectors[i] },
    similarity: similarityTo(target, vectors[i]),
  }));
  // Without anything to compare with, the score alone decides.
  const byLikeness = weight === undefined && target.vector !== null;
  const kept = scored.flatMap((_, i) => (byLikeness && vectors[i] === undefined ? [] : [i]));
  const similarities = kept.map((i) => scored[i].similarity ?? Number.NaN);
  const relevance = byLikeness
    ? minMaxNormalise(similarities)
    : blend(
        kept.map((i) => scored[i].key),
        similarities,
        target.vector === null ? 0 : (weight ?? 0),
      );
  const order =
    mean === undefined || diversity === 0
      ? kept.map((_, place) => place).sort((a, b) => relevance[b] - relevance[a] || a - b)
      : await diversify(
          relevance,
          kept.map((i) => centred(vectors[i], mean)),
          diversity,
          first,
        );
  return Array.from(order.slice(0, first), (place, i) => ({ ...scored[kept[place]], rank: i + 1 }));
}

function centred(vector: Float32Array | undefined, mean: Float32Array): Float32Array | undefined {
  if (vector === undefined) return undefined;
  const out = new Float32Array(vector.length);
  centre(vector, mean, out);
  return out;
}
