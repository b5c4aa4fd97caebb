/**
 * The bias that one day adds to all ratings of a user on it, s ~ N(0, 1/precision). It is integrated out of the
 * fold-in's normal equations: for each day one more row q = Σ w x, with weight −c and right side −c p, where p = Σ w e
 * and c = 1/(precision + Σ w); and given the user's vector, the mean of s is c (p − q · change of the vector).
 */

/** The days of a history. */
export interface Sessions {
  /** Which session each rating belongs to; −1 where its day is not known. */
  of: Int32Array;
  count: number;
  /** The session of the day that predictions are for; −1 where nothing was rated on it. */
  current: number;
}

/** @param days of each rating, −1 where not known; @param day that predictions are for */
export function toSessions(days: Int32Array, day: number): Sessions {
  const indexByDay = new Map<number, number>();
  const of = days.map((own) => {
    if (own < 0) return -1;
    const index = indexByDay.get(own) ?? indexByDay.size;
    indexByDay.set(own, index);
    return index;
  });
  return { of, count: indexByDay.size, current: indexByDay.get(day) ?? -1 };
}

/** Rows of a solve: those of ratings first, then room for one of each session. */
export interface SessionRows {
  stride: number;
  /** x, row-major. */
  X: Float32Array;
  /** w. */
  weights: Float32Array;
  /** w e. */
  rights: Float32Array;
}

/** Writes the sessions' rows behind those of the ratings. @returns c of each session */
export function appendSessions(
  { of, count }: Sessions,
  precision: number,
  { stride, X, weights, rights }: SessionRows,
): Float64Array {
  const n = of.length;
  X.fill(0, n * stride, (n + count) * stride);
  weights.fill(0, n, n + count);
  rights.fill(0, n, n + count);
  for (let k = 0; k < n; k++) {
    if (of[k] < 0) continue;
    const row = n + of[k];
    for (let c = 0; c < stride; c++) X[row * stride + c] += weights[k] * X[k * stride + c];
    weights[row] += weights[k];
    rights[row] += rights[k];
  }
  const shares = new Float64Array(count);
  for (let s = 0; s < count; s++) {
    shares[s] = 1 / (precision + weights[n + s]);
    weights[n + s] = -shares[s];
    rights[n + s] *= -shares[s];
  }
  return shares;
}

/** Mean of what a session adds, given how far the solve moved the vector. */
export function sessionMean(
  s: number,
  n: number,
  change: Float32Array,
  shares: Float64Array,
  rows: SessionRows,
): number {
  const { stride, X, rights } = rows;
  let moved = 0;
  for (let c = 0; c < stride; c++) moved += X[(n + s) * stride + c] * change[c];
  // rights holds −c p.
  return -rights[n + s] - shares[s] * moved;
}
