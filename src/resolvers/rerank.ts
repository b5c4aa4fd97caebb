/** The best candidates in another order: by how close their posters are, blended with their score, and kept apart. */
import { blend, diversify, normalised } from "../posters/rerank.js";
import { centre } from "../posters/similarity.js";
import { posterTarget, type SimilarityTarget, similarityTo } from "./poster-similarity.js";
import type { RecommendedMovie, RecommendOptions } from "./recommendation.js";
import type { Services } from "./services.js";

/**
 * Without `weight` as in the original: those with a poster, the closest first, equally close ones in their order. With
 * it the others stay too, as if their posters were as close as the candidates' in the mean.
 */
export async function rerankByPosters(
  services: Services,
  of: SimilarityTarget,
  candidates: readonly RecommendedMovie[],
  first: number,
  { weight, diversity = 0, basedOn }: RecommendOptions,
): Promise<RecommendedMovie[]> {
  const { target, vectors } = await posterTarget(
    services,
    basedOn === undefined ? of : { movieIds: basedOn },
    candidates.map(({ movieId }) => movieId),
  );
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
    ? normalised(similarities)
    : blend(
        kept.map((i) => scored[i].key),
        similarities,
        target.vector === null ? 0 : (weight ?? 0),
      );
  const order =
    diversity === 0
      ? kept.map((_, place) => place).sort((a, b) => relevance[b] - relevance[a] || a - b)
      : diversify(
          relevance,
          await centred(
            services,
            kept.map((i) => vectors[i]),
          ),
          diversity,
          first,
        );
  return Array.from(order.slice(0, first), (place, i) => ({ ...scored[kept[place]], rank: i + 1 }));
}

/** Uncentred, all posters of a network look alike, and none is far from another. */
async function centred(
  services: Services,
  vectors: readonly (Float32Array | undefined)[],
): Promise<(Float32Array | undefined)[]> {
  const { index } = await services.posterMaps.current();
  return vectors.map((vector) => {
    if (vector === undefined) return undefined;
    const out = new Float32Array(vector.length);
    centre(vector, index.mean, out);
    return out;
  });
}
