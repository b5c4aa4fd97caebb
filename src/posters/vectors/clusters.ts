/**
 * Clusters of similar posters: spherical k-means over directions, k by the simplified silhouette (Hruschka et al. 2004): the mean
 * over posters of (b − a) / max(a, b), a the distance to the own centre and b to the nearest other one. The number of
 * clusters with the highest mean is taken.
 * Legend: n posters, d components, k clusters; matrices row-major.
 */
import { createYield } from "../../event-loop.js";
import { gaussians, mulberry32, permutation, type Random } from "../../random.js";
import { dotProduct, normaliseRow } from "./vector-math.js";

export interface Clusters {
  k: number;
  /** Cluster of each poster. */
  assignments: Int32Array;
  /** Number of posters of each cluster. */
  sizes: Int32Array;
  /** Mean simplified silhouette, in −1..1; 0 for a single cluster. */
  silhouette: number;
}

/** Candidates for k. */
export const triedClusters = [6, 8, 10, 12, 16, 20, 24];
/** Components after a random projection: it nearly preserves distances and makes the search faster. */
const projected = 96;
const iterations = 25;
const starts = 3;
/** k is tried only where there are this many posters per cluster. */
const minPerCluster = 8;
/** Multiplications between two yields to the event loop. */
const workPerStep = 1_000_000;

/**
 * @param directions n × d, each of length 1 (or 0)
 * @param seed fixes the result
 */
export async function clusterPosters(directions: Float32Array, d: number, seed = 0): Promise<Clusters> {
  const n = d === 0 ? 0 : directions.length / d;
  const random = mulberry32(seed);
  const yieldIfDue = createYield();
  const points = await project(directions, n, d, random, yieldIfDue);
  const dimension = Math.min(d, projected);
  let best: Clusters = { k: 1, assignments: new Int32Array(n), sizes: Int32Array.of(n), silhouette: 0 };
  for (const k of triedClusters) {
    if (n < k * minPerCluster) break;
    for (let start = 0; start < starts; start++) {
      const found = await kMeans(points, n, dimension, k, random, yieldIfDue);
      if (found.silhouette > best.silhouette) best = found;
    }
  }
  return best;
}

type YieldIfDue = ReturnType<typeof createYield>;

/** Gaussian random projection, rows scaled to length 1 again. */
async function project(
  directions: Float32Array,
  n: number,
  d: number,
  random: Random,
  yieldIfDue: YieldIfDue,
): Promise<Float32Array> {
  if (d <= projected) return directions;
  const matrix = Float32Array.from(gaussians(random, projected * d, 1));
  const out = new Float32Array(n * projected);
  const rows = Math.max(1, Math.floor(workPerStep / (d * projected)));
  for (let i = 0; i < n; i++) {
    if (i > 0 && i % rows === 0) await yieldIfDue();
    for (let c = 0; c < projected; c++) out[i * projected + c] = dotProduct(directions, i * d, matrix, c * d, d);
    normaliseRow(out, i * projected, projected);
  }
  return out;
}

async function kMeans(
  points: Float32Array,
  n: number,
  d: number,
  k: number,
  random: Random,
  yieldIfDue: YieldIfDue,
): Promise<Clusters> {
  const centres = await spreadCentres(points, n, d, k, random, yieldIfDue);
  const assignments = new Int32Array(n).fill(-1);
  const sizes = new Int32Array(k);
  let silhouette = 0;
  const rows = Math.max(1, Math.floor(workPerStep / (k * d)));
  for (let iteration = 0; iteration < iterations; iteration++) {
    let moved = 0;
    silhouette = 0;
    for (let i = 0; i < n; i++) {
      if (i > 0 && i % rows === 0) await yieldIfDue();
      let best = 0;
      let first = Number.NEGATIVE_INFINITY;
      let second = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < k; c++) {
        const cosine = dotProduct(points, i * d, centres, c * d, d);
        if (cosine > first) {
          second = first;
          first = cosine;
          best = c;
        } else if (cosine > second) second = cosine;
      }
      if (assignments[i] !== best) moved++;
      assignments[i] = best;
      const a = 1 - first;
      const b = 1 - second;
      silhouette += b > 0 ? (b - a) / b / n : 0;
    }
    if (moved === 0) break;
    centres.fill(0);
    sizes.fill(0);
    for (let i = 0; i < n; i++) {
      const to = assignments[i] * d;
      sizes[assignments[i]]++;
      for (let j = 0; j < d; j++) centres[to + j] += points[i * d + j];
    }
    for (let c = 0; c < k; c++) normaliseRow(centres, c * d, d);
  }
  // A result with an empty cluster is rejected.
  const emptied = sizes.includes(0);
  return { k, assignments, sizes, silhouette: emptied ? -1 : silhouette };
}

/** k-means++ (Arthur & Vassilvitskii 2007): each next centre is a point drawn by its distance to the nearest one. */
async function spreadCentres(
  points: Float32Array,
  n: number,
  d: number,
  k: number,
  random: Random,
  yieldIfDue: YieldIfDue,
): Promise<Float32Array> {
  const centres = new Float32Array(k * d);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  let chosen = permutation(n, random)[0];
  for (let c = 0; c < k; c++) {
    centres.set(points.subarray(chosen * d, (chosen + 1) * d), c * d);
    await yieldIfDue();
    let total = 0;
    for (let i = 0; i < n; i++) {
      nearest[i] = Math.min(nearest[i], Math.max(0, 1 - dotProduct(points, i * d, centres, c * d, d)));
      total += nearest[i];
    }
    let left = random() * total;
    chosen = 0;
    for (let i = 0; i < n && left > 0; i++) {
      left -= nearest[i];
      chosen = i;
    }
  }
  return centres;
}
