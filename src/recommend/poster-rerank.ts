/** Re-ranks the best candidates by poster similarity, blended with their score and diversified. */
import { createYield } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { blend, diversify, minMaxNormalise } from "../posters/vectors/diversify.js";
import { centre } from "../posters/vectors/similarity.js";
import {
  type ComparedPosters,
  comparePosters,
  type PosterTarget,
  type SimilarityTarget,
  similarityToTarget,
} from "./poster-similarity.js";
import type { Reader } from "./reader.js";
import type { RankedMovie, RecommendOptions } from "./recommend-request.js";

/** A list to re-rank. */
export interface CandidateList {
  candidates: readonly RankedMovie[];
  /** What the posters are compared with, unless `basedOn` says otherwise. */
  target: SimilarityTarget;
  /** How many are kept. */
  first: number;
  options: RecommendOptions;
}

/** Movies, and the content of each one's poster; undefined without one. */
export interface PostersOfList {
  movieIds: readonly MovieId[];
  contents: readonly (string | undefined)[];
}

/** A list in its new order, and what it was compared with. */
export interface RerankedList {
  movies: RankedMovie[];
  target: PosterTarget;
  /** Movies whose posters it rests on: those that the candidates were compared with, and the candidates. */
  posters: PostersOfList;
}

/** Each list in its new order; what they need is read together. */
export async function rerankByPosters(reader: Reader, lists: readonly CandidateList[]): Promise<RerankedList[]> {
  const compared = await comparePosters(
    reader,
    lists.map(({ candidates, target, options: { basedOn } }) => ({
      target: basedOn === undefined ? target : { movieIds: basedOn },
      ids: candidates.map(({ movieId }) => movieId),
    })),
  );
  // Without centring, a network's embeddings of all posters are close together.
  const isDiverse = lists.some(({ options: { diversity = 0 } }) => diversity > 0);
  const mean = isDiverse ? (await reader.posterIndex.load()).index.mean : undefined;
  const pause = createYield();
  const reranked: RerankedList[] = [];
  for (const [i, list] of lists.entries()) {
    const { target, targetIds, contents } = compared[i];
    const posters = { movieIds: [...targetIds, ...list.candidates.map(({ movieId }) => movieId)], contents };
    reranked.push({ movies: await rerank(list, compared[i], mean), target, posters });
    await pause();
  }
  return reranked;
}

/**
 * Without `weight`: movies with a poster, the most similar first, ties in their order. With it all movies stay, those without a poster
 * as if theirs were as similar as the candidates' mean.
 */
async function rerank(
  { candidates, first, options: { weight, diversity = 0 } }: CandidateList,
  { target, vectors }: ComparedPosters,
  mean: Float32Array | undefined,
): Promise<RankedMovie[]> {
  const { anchors, fallback } = target;
  const similarityOf = candidates.map((_, i) => similarityToTarget(target, vectors[i]));
  // Without a target the score alone decides.
  const bySimilarity = weight === undefined && target.vector !== null;
  const kept = candidates.flatMap((_, i) => (bySimilarity && vectors[i] === undefined ? [] : [i]));
  const similarities = kept.map((i) => similarityOf[i] ?? Number.NaN);
  const relevance = bySimilarity
    ? minMaxNormalise(similarities)
    : blend(
        kept.map((i) => candidates[i].rankingScore),
        similarities,
        target.vector === null ? 0 : (weight ?? 0),
      );
  const order =
    mean === undefined || diversity === 0
      ? kept.map((_, index) => index).sort((a, b) => relevance[b] - relevance[a] || a - b)
      : await diversify(
          relevance,
          kept.map((i) => toCentred(vectors[i], mean)),
          diversity,
          first,
        );
  return Array.from(order.slice(0, first), (index, i) => {
    const candidate = kept[index];
    return {
      ...candidates[candidate],
      rank: i + 1,
      compared: { target: { anchors, fallback }, vector: vectors[candidate] },
      similarity: similarityOf[candidate],
    };
  });
}

function toCentred(vector: Float32Array | undefined, mean: Float32Array): Float32Array | undefined {
  if (vector === undefined) return undefined;
  const out = new Float32Array(vector.length);
  centre(vector, mean, out);
  return out;
}
