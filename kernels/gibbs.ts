/**
 * The inner loops of the Gibbs sampler (src/ml/bayes/bayes-chain.ts), compiled to WebAssembly with 128-bit SIMD.
 * All arrays lie in the module's memory, at offsets chosen by the caller; a factor block is four float32 an entity, so that
 * one v128 holds a block's row. Lengths are not checked here: the caller checks them once, when it allocates the arrays.
 *
 * Letters, for one side ("own") against the other: e residuals in own-major order, b the other side's block,
 * S_u = w_u Σ w_i b_i e and T_u = w_u Σ w_i b_i b_iᵀ with w the precisions (α α_u and β_i), V a feature group's block.
 */

/** Bytes of a block's row (4 float32) and of a 4 × 4 matrix. */
const rowBytes: usize = 16;
const matrixBytes: usize = 64;

/**
 * S and T of every entity.
 * @param indptr rows + 1 offsets into `indices` and `e`; @param weighted the other side's block times its precisions
 * @param scales w_u of each row
 */
export function statistics(
  rows: i32,
  indptr: usize,
  indices: usize,
  e: usize,
  block: usize,
  weighted: usize,
  scales: usize,
  S: usize,
  T: usize,
): void {
  let entry = load<i32>(indptr);
  for (let row = 0; row < rows; row++) {
    const end = load<i32>(indptr + ((<usize>(row + 1)) << 2));
    let s = f32x4.splat(0);
    let t0 = f32x4.splat(0);
    let t1 = f32x4.splat(0);
    let t2 = f32x4.splat(0);
    let t3 = f32x4.splat(0);
    for (; entry < end; entry++) {
      const offset = (<usize>load<i32>(indices + ((<usize>entry) << 2))) << 4;
      const b = v128.load(block + offset);
      const wb = v128.load(weighted + offset);
      s = f32x4.add(s, f32x4.mul(v128.load32_splat(e + ((<usize>entry) << 2)), wb));
      t0 = f32x4.add(t0, f32x4.mul(wb, v128.shuffle<f32>(b, b, 0, 0, 0, 0)));
      t1 = f32x4.add(t1, f32x4.mul(wb, v128.shuffle<f32>(b, b, 1, 1, 1, 1)));
      t2 = f32x4.add(t2, f32x4.mul(wb, v128.shuffle<f32>(b, b, 2, 2, 2, 2)));
      t3 = f32x4.add(t3, f32x4.mul(wb, v128.shuffle<f32>(b, b, 3, 3, 3, 3)));
    }
    const w = v128.load32_splat(scales + ((<usize>row) << 2));
    v128.store(S + <usize>row * rowBytes, f32x4.mul(s, w));
    const t = T + <usize>row * matrixBytes;
    v128.store(t, f32x4.mul(t0, w));
    v128.store(t, f32x4.mul(t1, w), 16);
    v128.store(t, f32x4.mul(t2, w), 32);
    v128.store(t, f32x4.mul(t3, w), 48);
  }
}

/**
 * Multiplies S by x and T by x², entity by entity: a group's features then enter with weight 1. With 1/x it undoes it.
 */
export function rescale(rows: i32, x: usize, S: usize, T: usize): void {
  for (let row = 0; row < rows; row++) {
    const w = v128.load32_splat(x + ((<usize>row) << 2));
    const w2 = f32x4.mul(w, w);
    const s = S + <usize>row * rowBytes;
    const t = T + <usize>row * matrixBytes;
    v128.store(s, f32x4.mul(v128.load(s), w));
    v128.store(t, f32x4.mul(v128.load(t), w2));
    v128.store(t, f32x4.mul(v128.load(t, 16), w2), 16);
    v128.store(t, f32x4.mul(v128.load(t, 32), w2), 32);
    v128.store(t, f32x4.mul(v128.load(t, 48), w2), 48);
  }
}

/** own[row] += x[row] · change[row]. */
export function addScaled(rows: i32, x: usize, change: usize, own: usize): void {
  for (let row = 0; row < rows; row++) {
    const offset = <usize>row * rowBytes;
    const w = v128.load32_splat(x + ((<usize>row) << 2));
    v128.store(own + offset, f32x4.add(v128.load(own + offset), f32x4.mul(v128.load(change + offset), w)));
  }
}

/**
 * One sweep over a group's features: each draws its block from N(Q⁻¹(g + HV + λμ), Q⁻¹), Q = H + diag(λ), where
 * g = Σ S and H = Σ T over the entities that have the feature, and takes its change from their S.
 * @param indptr features + 1 offsets into `entities`, the entities of each feature
 * @param S, T as `rescale` left them; @param change what the entities' own block gains, before x: added to
 * @param lambda, mu four float32 each
 */
export function sampleGroup(
  features: i32,
  indptr: usize,
  entities: usize,
  S: usize,
  T: usize,
  change: usize,
  V: usize,
  lambda: usize,
  mu: usize,
): void {
  const l = v128.load(lambda);
  const lm = f32x4.mul(l, v128.load(mu));
  let from = load<i32>(indptr);
  for (let feature = 0; feature < features; feature++) {
    const end = load<i32>(indptr + ((<usize>(feature + 1)) << 2));
    let g = f32x4.splat(0);
    let h0 = f32x4.splat(0);
    let h1 = f32x4.splat(0);
    let h2 = f32x4.splat(0);
    let h3 = f32x4.splat(0);
    for (let entry = from; entry < end; entry++) {
      const entity = <usize>load<i32>(entities + ((<usize>entry) << 2));
      g = f32x4.add(g, v128.load(S + entity * rowBytes));
      const t = T + entity * matrixBytes;
      h0 = f32x4.add(h0, v128.load(t));
      h1 = f32x4.add(h1, v128.load(t, 16));
      h2 = f32x4.add(h2, v128.load(t, 32));
      h3 = f32x4.add(h3, v128.load(t, 48));
    }
    const v = V + <usize>feature * rowBytes;
    const old = v128.load(v);
    const hv = times(h0, h1, h2, h3, old);
    const drawn = drawBlock(h0, h1, h2, h3, l, f32x4.add(f32x4.add(g, hv), lm));
    v128.store(v, drawn);
    const d = f32x4.sub(drawn, old);
    const d0 = v128.shuffle<f32>(d, d, 0, 0, 0, 0);
    const d1 = v128.shuffle<f32>(d, d, 1, 1, 1, 1);
    const d2 = v128.shuffle<f32>(d, d, 2, 2, 2, 2);
    const d3 = v128.shuffle<f32>(d, d, 3, 3, 3, 3);
    for (let entry = from; entry < end; entry++) {
      const entity = <usize>load<i32>(entities + ((<usize>entry) << 2));
      const s = S + entity * rowBytes;
      const t = T + entity * matrixBytes;
      const td = f32x4.add(
        f32x4.add(f32x4.mul(v128.load(t), d0), f32x4.mul(v128.load(t, 16), d1)),
        f32x4.add(f32x4.mul(v128.load(t, 32), d2), f32x4.mul(v128.load(t, 48), d3)),
      );
      v128.store(s, f32x4.sub(v128.load(s), td));
      const c = change + entity * rowBytes;
      v128.store(c, f32x4.add(v128.load(c), d));
    }
    from = end;
  }
}

/** e[entry] −= row block · gathered block, over all entries. */
export function subtractProducts(
  rows: i32,
  indptr: usize,
  indices: usize,
  rowBlock: usize,
  gathered: usize,
  e: usize,
): void {
  let entry = load<i32>(indptr);
  for (let row = 0; row < rows; row++) {
    const end = load<i32>(indptr + ((<usize>(row + 1)) << 2));
    const a = v128.load(rowBlock + <usize>row * rowBytes);
    for (; entry < end; entry++) {
      const offset = (<usize>load<i32>(indices + ((<usize>entry) << 2))) << 4;
      const error = e + ((<usize>entry) << 2);
      store<f32>(error, load<f32>(error) - sum4(f32x4.mul(a, v128.load(gathered + offset))));
    }
  }
}

/** out[row] = Σ weight[index] · e², over each row's entries. */
export function weightedSquares(rows: i32, indptr: usize, indices: usize, e: usize, weights: usize, out: usize): void {
  let entry = load<i32>(indptr);
  for (let row = 0; row < rows; row++) {
    const end = load<i32>(indptr + ((<usize>(row + 1)) << 2));
    let sum: f64 = 0;
    for (; entry < end; entry++) {
      const error = load<f32>(e + ((<usize>entry) << 2));
      const weight = load<f32>(weights + ((<usize>load<i32>(indices + ((<usize>entry) << 2))) << 2));
      sum += <f64>(error * error * weight);
    }
    store<f64>(out + ((<usize>row) << 3), sum);
  }
}

/** out[row] = Σ weight[index] · e, over each row's entries; and the sum of the weights in `weightSums`. */
export function weightedSums(
  rows: i32,
  indptr: usize,
  indices: usize,
  e: usize,
  weights: usize,
  out: usize,
  weightSums: usize,
): void {
  let entry = load<i32>(indptr);
  for (let row = 0; row < rows; row++) {
    const end = load<i32>(indptr + ((<usize>(row + 1)) << 2));
    let sum: f64 = 0;
    let total: f64 = 0;
    for (; entry < end; entry++) {
      const weight = load<f32>(weights + ((<usize>load<i32>(indices + ((<usize>entry) << 2))) << 2));
      sum += <f64>(load<f32>(e + ((<usize>entry) << 2)) * weight);
      total += <f64>weight;
    }
    store<f64>(out + ((<usize>row) << 3), sum);
    store<f64>(weightSums + ((<usize>row) << 3), total);
  }
}

/** e[entry] −= change, over n entries. */
export function shift(n: i32, e: usize, change: f32): void {
  for (let entry = 0; entry < n; entry++) {
    const offset = e + ((<usize>entry) << 2);
    store<f32>(offset, load<f32>(offset) - change);
  }
}

/** out[row] = block[row] · weights[row], rows of four. */
export function weigh(rows: i32, block: usize, weights: usize, out: usize): void {
  for (let row = 0; row < rows; row++) {
    const offset = <usize>row * rowBytes;
    v128.store(out + offset, f32x4.mul(v128.load(block + offset), v128.load32_splat(weights + ((<usize>row) << 2))));
  }
}

/** out[pair] += rowBlock[rowIndices[pair]] · gathered[columnIndices[pair]]. */
export function addProducts(
  pairs: i32,
  rowIndices: usize,
  columnIndices: usize,
  rowBlock: usize,
  gathered: usize,
  out: usize,
): void {
  for (let pair = 0; pair < pairs; pair++) {
    const offset = (<usize>pair) << 2;
    const a = v128.load(rowBlock + ((<usize>load<i32>(rowIndices + offset)) << 4));
    const b = v128.load(gathered + ((<usize>load<i32>(columnIndices + offset)) << 4));
    store<f32>(out + offset, load<f32>(out + offset) + sum4(f32x4.mul(a, b)));
  }
}

function times(h0: v128, h1: v128, h2: v128, h3: v128, v: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(h0, v128.shuffle<f32>(v, v, 0, 0, 0, 0)), f32x4.mul(h1, v128.shuffle<f32>(v, v, 1, 1, 1, 1))),
    f32x4.add(f32x4.mul(h2, v128.shuffle<f32>(v, v, 2, 2, 2, 2)), f32x4.mul(h3, v128.shuffle<f32>(v, v, 3, 3, 3, 3))),
  );
}

function sum4(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 2, 3));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** One draw from N(Q⁻¹ r, Q⁻¹), Q = H + diag(l), by Cholesky in float64: Q = L Lᵀ, then Lᵀ x = L⁻¹ r + z. */
function drawBlock(h0: v128, h1: v128, h2: v128, h3: v128, l: v128, r: v128): v128 {
  const l00 = Math.sqrt(<f64>f32x4.extract_lane(h0, 0) + <f64>f32x4.extract_lane(l, 0));
  const i0 = 1 / l00;
  const l10 = <f64>f32x4.extract_lane(h0, 1) * i0;
  const l20 = <f64>f32x4.extract_lane(h0, 2) * i0;
  const l30 = <f64>f32x4.extract_lane(h0, 3) * i0;
  const i1 = 1 / Math.sqrt(<f64>f32x4.extract_lane(h1, 1) + <f64>f32x4.extract_lane(l, 1) - l10 * l10);
  const l21 = (<f64>f32x4.extract_lane(h1, 2) - l20 * l10) * i1;
  const l31 = (<f64>f32x4.extract_lane(h1, 3) - l30 * l10) * i1;
  const i2 = 1 / Math.sqrt(<f64>f32x4.extract_lane(h2, 2) + <f64>f32x4.extract_lane(l, 2) - l20 * l20 - l21 * l21);
  const l32 = (<f64>f32x4.extract_lane(h2, 3) - l30 * l20 - l31 * l21) * i2;
  const i3 =
    1 / Math.sqrt(<f64>f32x4.extract_lane(h3, 3) + <f64>f32x4.extract_lane(l, 3) - l30 * l30 - l31 * l31 - l32 * l32);
  const y0 = <f64>f32x4.extract_lane(r, 0) * i0;
  const y1 = (<f64>f32x4.extract_lane(r, 1) - l10 * y0) * i1;
  const y2 = (<f64>f32x4.extract_lane(r, 2) - l20 * y0 - l21 * y1) * i2;
  const y3 = (<f64>f32x4.extract_lane(r, 3) - l30 * y0 - l31 * y1 - l32 * y2) * i3;
  const x3 = (y3 + normal()) * i3;
  const x2 = (y2 + normal() - l32 * x3) * i2;
  const x1 = (y1 + normal() - l21 * x2 - l31 * x3) * i1;
  const x0 = (y0 + normal() - l10 * x1 - l20 * x2 - l30 * x3) * i0;
  let x = f32x4.splat(<f32>x0);
  x = f32x4.replace_lane(x, 1, <f32>x1);
  x = f32x4.replace_lane(x, 2, <f32>x2);
  return f32x4.replace_lane(x, 3, <f32>x3);
}

let state0: u64 = 1;
let state1: u64 = 2;
let spare: f64 = 0;
let hasSpare = false;

/** Seeds the generator, xoroshiro128+ (Blackman and Vigna, public domain), through splitmix64. */
export function seed(low: u32, high: u32): void {
  let x = ((<u64>high) << 32) | <u64>low;
  x += 0x9e3779b97f4a7c15;
  state0 = mix(x);
  x += 0x9e3779b97f4a7c15;
  state1 = mix(x);
  hasSpare = false;
}

function mix(x: u64): u64 {
  let z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** A uniform number in [0, 1), of 53 random bits. */
export function uniform(): f64 {
  const a = state0;
  let b = state1;
  const result = a + b;
  b ^= a;
  state0 = rotl<u64>(a, 24) ^ b ^ (b << 16);
  state1 = rotl<u64>(b, 37);
  return <f64>(result >> 11) * (1.0 / 9007199254740992.0);
}

/** A standard normal number, by Marsaglia's polar method. */
export function normal(): f64 {
  if (hasSpare) {
    hasSpare = false;
    return spare;
  }
  let u: f64;
  let v: f64;
  let s: f64;
  do {
    u = 2 * uniform() - 1;
    v = 2 * uniform() - 1;
    s = u * u + v * v;
  } while (s >= 1 || s === 0);
  const scale = Math.sqrt((-2 * Math.log(s)) / s);
  spare = v * scale;
  hasSpare = true;
  return u * scale;
}
