/**
 * Ranks movies by how much a user would like to watch them: implicit factors (iALS) and item-to-item weights (EASE)
 * predict likes from likes, adjusted by predicted stars.
 */
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena } from "../linalg/kernels.js";
import {
  addDiagonal,
  factorNormalEquations,
  type NormalEquations,
  solveNormalEquations,
} from "../linalg/normal-equations.js";
import { createRowTable, type TableValues, writeBlock } from "../linalg/row-table.js";
import type { RankerManifest } from "../model/manifest.js";
import { type Tensor, writeSafetensors } from "../model/safetensors.js";

/** A trained ranker: rows are those of the factor model's items. */
export interface Ranker {
  manifest: RankerManifest;
  /** Row-major, items × factors. */
  itemFactors: Float32Array;
  /** Row-major, items × items; undefined where there are too many items. */
  ease?: Float32Array;
  /** How many likes each item has. */
  likes: Float32Array;
}

/** Rows of the item-to-item matrix in each file: few enough to decode without delaying other requests. */
export const easeRowsPerFile = 256;

export function rankerFiles({ itemFactors, ease, likes, manifest }: Ranker): Map<string, Uint8Array> {
  const { factors } = manifest.ials;
  const items = likes.length;
  const tensors = new Map<string, Tensor>([
    ["factors", { shape: [items, factors], data: itemFactors }],
    ["likes", { shape: [items], data: likes }],
  ]);
  const files = new Map([["ranker.safetensors", writeSafetensors(tensors)]]);
  for (let row = 0, part = 0; ease !== undefined && row < items; row += easeRowsPerFile, part++) {
    const data = ease.subarray(row * items, Math.min(items, row + easeRowsPerFile) * items);
    files.set(
      easeFile(part),
      writeSafetensors(new Map([["ease", { shape: [data.length / items, items], data }]]), "F16"),
    );
  }
  return files;
}

export function easeFile(part: number): string {
  return `ease-${String(part).padStart(3, "0")}.safetensors`;
}

/** Scores of every item by each part of a ranker, before they are weighed. */
export interface RankingParts {
  ials: Float32Array;
  ease: Float32Array;
}

export interface Ranking {
  readonly positiveFrom: number;
  /** Whether predicted stars have a weight: where they have none, nobody needs to predict them for a ranking. */
  readonly usesStars: boolean;
  /** log(1 + likes) of every item, with mean 0 and deviation 1 over the items that anybody likes. */
  readonly popularity: Float32Array;
  /** @param liked rows of the items that the user likes, without repeats; @param out overwritten */
  parts(liked: Int32Array, out: RankingParts): void;
  /** The same as new arrays, yielding to the event loop between pieces. */
  partsAsync(liked: Int32Array, pause: () => Promise<void> | undefined): Promise<RankingParts>;
  /** As `scores`, of parts that are there. @param likes how many items the user likes; @param stars may be missing unless `usesStars` */
  combine(
    parts: RankingParts,
    likes: number,
    stars: Float32Array | undefined,
    popularityBias: number,
    out: Float32Array,
  ): void;
  /**
   * Preference for every item, without regard to what is rated: higher is better, comparable within one user only.
   * @param liked rows of the items that the user likes, without repeats
   * @param stars predicted stars of every item
   * @param popularityBias −1 (niche) to 1 (mainstream)
   * @param out as long as `stars`; overwritten
   */
  scores(liked: Int32Array, stars: Float32Array, popularityBias: number, out: Float32Array): void;
}

/** Rows of the item-to-item matrix that are added up in about a millisecond. */
const likesPerPiece = 1000;

/** Middle of the star scale's upper half, where predicted stars neither help nor harm. */
const neutralStars = 3.5;

/** A ranker whose item-to-item matrix is in its memory. */
export function createRanking(ranker: Ranker): Ranking {
  const ranking = createEmptyRanking(ranker, ranker.ease === undefined ? undefined : { isHalf: false });
  if (ranker.ease !== undefined) ranking.addEaseRows(0, ranker.ease);
  return ranking;
}

/** A ranker whose item-to-item matrix is read part by part. */
export async function loadRanking(ranker: Omit<Ranker, "ease">, parts: AsyncIterable<TableValues>): Promise<Ranking> {
  let ranking: LoadingRanking | undefined;
  let row = 0;
  for await (const part of parts) {
    ranking ??= createEmptyRanking(ranker, { isHalf: part instanceof Uint16Array });
    ranking.addEaseRows(row, part);
    row += part.length / ranker.likes.length;
  }
  return ranking ?? createEmptyRanking(ranker, undefined);
}

/** A ranking whose item-to-item matrix is not there yet. */
interface LoadingRanking extends Ranking {
  addEaseRows(first: number, rows: TableValues): void;
}

function createEmptyRanking(ranker: Omit<Ranker, "ease">, easeShape: { isHalf: boolean } | undefined): LoadingRanking {
  const { manifest, itemFactors, likes } = ranker;
  const { dial: biasStrengths, positiveFrom } = manifest;
  const { factors, unobserved, regularization } = manifest.ials;
  const items = likes.length;
  const stride = toStride(factors);
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const Y = arena.floats(items * stride);
  const G = arena.floats(stride * stride);
  const indices = arena.floats(items);
  const ones = arena.floats(items);
  const equations: NormalEquations = {
    stride,
    X: arena.floats(items * stride),
    weights: ones,
    coefficients: ones,
    A: arena.floats(stride * stride),
    x: arena.floats(stride),
  };
  const easeStride = toStride(items);
  const ease = easeShape && createRowTable(arena, { rows: items, blocks: 1, stride: easeStride, ...easeShape });
  const scratch = ease && arena.floats(Math.min(items, easeRowsPerFile) * items);
  const out = arena.floats(easeStride);
  arena.f32(ones).fill(1);
  const view = arena.f32(Y);
  for (let i = 0; i < items; i++) view.set(itemFactors.subarray(i * factors, (i + 1) * factors), i * stride);
  kernel.gram(items, stride, stride, Y.offset, ones.offset, G.offset);
  const gram = arena.f32(G).map((value) => value * unobserved);
  const popularity = standardisedPopularity(likes);
  const own = { ials: new Float32Array(items), ease: new Float32Array(items) };

  /** x = (α0 YᵀY + Σ_liked y yᵀ + λ)⁻¹ Σ_liked y. */
  function foldIn(liked: Int32Array): void {
    const n = liked.length;
    arena.i32(indices).set(liked);
    kernel.gather(n, stride, indices.offset, Y.offset, equations.X.offset);
    const matrix = arena.f32(equations.A);
    matrix.set(gram);
    addDiagonal(matrix, stride, factors, regularization * (n + unobserved * items));
    factorNormalEquations(kernel, n, equations);
    arena.f32(equations.x).fill(0);
    solveNormalEquations(kernel, n, equations);
  }

  /** The code between two yields shares memory with other users' and must not be interrupted. */
  function* pieces(liked: Int32Array, result: RankingParts): Generator<void> {
    foldIn(liked);
    kernel.dots(items, stride, Y.offset, equations.x.offset, out.offset);
    result.ials.set(arena.f32(out).subarray(0, items));
    result.ease.fill(0);
    if (ease === undefined) return;
    for (let from = 0; from < liked.length; from += likesPerPiece) {
      yield;
      const piece = liked.subarray(from, from + likesPerPiece);
      arena.i32(indices).set(piece);
      const sums = arena.f32(out).fill(0);
      const { isHalf, offset } = ease;
      kernel.addRows(isHalf, piece.length, easeStride, easeStride, indices.offset, ones.offset, offset, out.offset);
      for (let i = 0; i < items; i++) result.ease[i] += sums[i];
    }
  }

  function parts(liked: Int32Array, result: RankingParts): void {
    const all = pieces(liked, result);
    while (!all.next().done);
  }

  async function partsAsync(liked: Int32Array, pause: () => Promise<void> | undefined): Promise<RankingParts> {
    const result = { ials: new Float32Array(items), ease: new Float32Array(items) };
    await pause();
    for (const _ of pieces(liked, result)) await pause();
    return result;
  }

  function scores(liked: Int32Array, stars: Float32Array, popularityBias: number, result: Float32Array): void {
    parts(liked, own);
    combine(own, liked.length, stars, popularityBias, result);
  }

  function combine(
    { ials, ease: neighbours }: RankingParts,
    likes: number,
    stars: Float32Array | undefined,
    popularityBias: number,
    result: Float32Array,
  ): void {
    const strength =
      popularityBias < 0 ? popularityBias * biasStrengths.niche : popularityBias * biasStrengths.mainstream;
    // Without any likes of the user, popular items come first.
    const fallback = likes === 0 ? 0.05 : 0;
    weigh({ ials, ease: neighbours }, stars, manifest.weights, result);
    for (let i = 0; i < items; i++) result[i] += (strength + fallback) * popularity[i];
  }

  function addEaseRows(first: number, rows: TableValues): void {
    if (ease === undefined || scratch === undefined)
      throw new RangeError("expected a ranker with item-to-item weights");
    for (let from = 0; from < rows.length; from += scratch.length) {
      const values = rows.subarray(from, from + scratch.length);
      writeBlock(kernel, arena, ease, { block: 0, first: first + from / items, width: items, values }, scratch);
    }
  }

  return {
    positiveFrom,
    usesStars: manifest.weights.stars !== 0,
    popularity,
    parts,
    partsAsync,
    combine,
    scores,
    addEaseRows,
  };
}

/**
 * score = ials · iALS + ease · EASE + stars · (predicted stars − 3.5).
 * @param stars may be missing where their weight is 0
 * @param out overwritten
 */
export function weigh(
  { ials, ease }: RankingParts,
  stars: Float32Array | undefined,
  weights: RankerManifest["weights"],
  out: Float32Array,
): void {
  if (weights.stars !== 0 && stars === undefined) {
    throw new RangeError(`expected predicted stars, which have the weight ${weights.stars}, received none`);
  }
  if (stars === undefined || weights.stars === 0) {
    for (let i = 0; i < out.length; i++) out[i] = weights.ials * ials[i] + weights.ease * ease[i];
    return;
  }
  for (let i = 0; i < out.length; i++) {
    out[i] = weights.ials * ials[i] + weights.ease * ease[i] + weights.stars * (stars[i] - neutralStars);
  }
}

/** log(1 + likes), with mean 0 and deviation 1 over the items that anybody likes. */
export function standardisedPopularity(likes: Float32Array): Float32Array {
  const logs = Float32Array.from(likes, (count) => Math.log1p(count));
  const liked = logs.filter((value) => value > 0);
  const mean = liked.reduce((sum, value) => sum + value, 0) / Math.max(1, liked.length);
  const variance = liked.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, liked.length);
  const deviation = Math.sqrt(variance) || 1;
  return logs.map((value) => (value - mean) / deviation);
}
