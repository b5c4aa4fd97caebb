/** Re-ranks movies by their posters: blends scores with poster similarity, and diversifies a list by its posters. */
import { createYield } from "../../event-loop.js";

/**
 * Min-max normalisation: the smallest value becomes 0, the largest 1; all become 0.5 where they are equal.
 * NaN means unknown and becomes the mean of the others, which is neutral.
 */
export function minMaxNormalise(values: ArrayLike<number>): Float64Array {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let known = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    known++;
    smallest = Math.min(smallest, values[i]);
    largest = Math.max(largest, values[i]);
  }
  const range = largest - smallest;
  const out = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    out[i] = range > 0 ? (values[i] - smallest) / range : 0.5;
    sum += out[i];
  }
  const neutral = known > 0 ? sum / known : 0.5;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) out[i] = neutral;
  return out;
}

/**
 * (1 − weight) · normalised score + weight · normalised similarity.
 * @param similarities NaN where there is no poster
 * @param weight 0: the score alone; 1: the similarity alone
 */
export function blend(scores: ArrayLike<number>, similarities: ArrayLike<number>, weight: number): Float64Array {
  const score = minMaxNormalise(scores);
  const similarity = minMaxNormalise(similarities);
  return score.map((value, i) => (1 - weight) * value + weight * similarity[i]);
}

/**
 * Maximal marginal relevance (Carbonell & Goldstein 1998): the next is always the one of the highest
 * (1 − diversity) · relevance − diversity · similarity to the most similar poster chosen so far.
 * @param relevance in 0..1
 * @param posters embeddings, best centred; undefined where there is none: its similarity to any other is the mean over all pairs
 * @param diversity 0: by relevance alone; 1: as different as possible, after the most relevant one
 * @returns indices, best first, at most k; ties go to the lower index
 * @throws {RangeError} unless there is a poster, or undefined, for each index; an aborted signal's reason
 */
export async function diversify(
  relevance: Float64Array,
  posters: readonly (Float32Array | undefined)[],
  diversity: number,
  k: number,
): Promise<Int32Array> {
  const n = relevance.length;
  if (posters.length !== n) throw new RangeError(`expected ${n} posters, received ${posters.length}`);
  const yieldIfDue = createYield();
  const units: (Float32Array | undefined)[] = [];
  for (const poster of posters) {
    if (units.length % 100 === 99) await yieldIfDue();
    units.push(poster && unit(poster));
  }
  const neutral = meanSimilarity(units);
  const closest = new Float64Array(n);
  const taken = new Uint8Array(n);
  const order = new Int32Array(Math.max(0, Math.min(k, n)));
  for (let rank = 0; rank < order.length; rank++) {
    let best = -1;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      if (taken[i] === 1) continue;
      // The first one is the most relevant, whatever the diversity.
      const value = rank === 0 ? relevance[i] : (1 - diversity) * relevance[i] - diversity * closest[i];
      if (value > bestValue) {
        bestValue = value;
        best = i;
      }
    }
    order[rank] = best;
    taken[best] = 1;
    const last = units[best];
    for (let i = 0; i < n; i++) {
      if (taken[i] === 1) continue;
      const other = units[i];
      const value = last === undefined || other === undefined ? neutral : unitSimilarity(last, other);
      closest[i] = Math.max(closest[i], value);
    }
    await yieldIfDue();
  }
  return order;
}

/** Similarity of two unit vectors, in 0..1 as relevance is. */
function unitSimilarity(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let j = 0; j < a.length; j++) dot += a[j] * b[j];
  return (1 + dot) / 2;
}

/** A copy scaled to length 1; a vector of zeros stays as it is. */
function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let j = 0; j < vector.length; j++) squares += vector[j] * vector[j];
  const length = Math.sqrt(squares);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Mean similarity over all pairs of posters: (|Σu|² − Σ|u|²) / 2 is the sum of their cosines. */
function meanSimilarity(units: readonly (Float32Array | undefined)[]): number {
  const known = units.filter((each) => each !== undefined);
  if (known.length < 2) return 0.5;
  const sum = new Float64Array(known[0].length);
  let own = 0;
  for (const each of known) {
    for (let j = 0; j < each.length; j++) {
      sum[j] += each[j];
      own += each[j] * each[j];
    }
  }
  const all = sum.reduce((total, value) => total + value * value, 0);
  return (1 + (all - own) / (known.length * (known.length - 1))) / 2;
}
