/** The targets that an encoder's head is trained on: a movie's genres, and factors of who likes it. */
import { mulberry32 } from "../../random.js";
import type { SparseRows } from "../data/rating-matrix.js";
import { likeFactors } from "./co-likes.js";

/** Factors for who likes a movie. */
const factors = 64;

/**
 * Genres and like factors side by side, each centred and scaled to a mean length of 1, so that both have the same weight.
 * @param genres a list for each item
 * @param likes users × items
 * @returns row-major, items × outputs
 */
export function createEncoderTargets(
  genres: readonly (readonly string[])[],
  likes: SparseRows,
  seed: number,
): { targets: Float32Array; outputs: number } {
  const n = genres.length;
  const names = [...new Set(genres.flat())].sort();
  const genreIndex = new Map(names.map((name, index) => [name, index]));
  const genreRows = new Float32Array(n * names.length);
  genres.forEach((list, i) => {
    // A movie's genres share a length of 1.
    for (const name of list) genreRows[i * names.length + genreIndex.get(name)!] = 1 / Math.sqrt(list.length);
  });
  const liked = likes.indices.length > 0;
  const parts: { rows: Float32Array; width: number }[] = [{ rows: genreRows, width: names.length }];
  if (liked) parts.push({ rows: likeFactors(likes, factors, mulberry32(seed)), width: factors });
  const outputs = parts.reduce((sum, { width }) => sum + width, 0);
  const targets = new Float32Array(n * outputs);
  let offset = 0;
  for (const { rows, width } of parts) {
    standardise(rows, n, width);
    for (let i = 0; i < n; i++) targets.set(rows.subarray(i * width, (i + 1) * width), i * outputs + offset);
    offset += width;
  }
  return { targets, outputs };
}

/** Centres rows on their mean and scales them so that their mean length is 1. */
function standardise(rows: Float32Array, n: number, width: number): void {
  const mean = new Float64Array(width);
  for (let i = 0; i < n; i++) for (let c = 0; c < width; c++) mean[c] += rows[i * width + c] / n;
  let lengths = 0;
  for (let i = 0; i < n; i++) {
    let squares = 0;
    for (let c = 0; c < width; c++) {
      rows[i * width + c] -= mean[c];
      squares += rows[i * width + c] ** 2;
    }
    lengths += Math.sqrt(squares) / n;
  }
  if (lengths > 0) for (let k = 0; k < rows.length; k++) rows[k] /= lengths;
}
