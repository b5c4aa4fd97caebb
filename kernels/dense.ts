/**
 * Dense linear algebra for least squares, compiled to WebAssembly with 128-bit SIMD: normal equations, Cholesky
 * factors, triangular solves, and many dot products. Used to fold users and items in, and to train iALS and EASE.
 * Row-major float32 in the module's memory; every row length ("stride") is a multiple of eight, its padding zero.
 * Lengths are not checked here: the caller checks them once, when it allocates the arrays.
 */

import { sum4 } from "./parts/tables";

export { addRows, meanOfClippedDots, readBlocks, spread } from "./parts/tables";

/** Rows that `gram` processes at once: few enough to stay in the first-level cache. */
const chunk: i32 = 64;

/**
 * A += Σ_k w_k x_k x_kᵀ, its lower triangle (and a little above, up to the next multiple of eight columns).
 * @param X n rows of `stride`, zero from `columns` (a multiple of eight) on; @param weights n float32
 */
export function gram(n: i32, stride: i32, columns: i32, X: usize, weights: usize, A: usize): void {
  const rowBytes = (<usize>stride) << 2;
  for (let from = 0; from < n; from += chunk) {
    const rows = min(chunk, n - from);
    gramChunk(rows, columns, rowBytes, X + <usize>from * rowBytes, weights + ((<usize>from) << 2), A);
  }
}

function gramChunk(n: i32, columns: i32, rowBytes: usize, X: usize, weights: usize, A: usize): void {
  for (let i = 0; i < columns; i += 4) {
    for (let j = 0; j <= i + 3; j += 8) {
      let a0 = f32x4.splat(0);
      let a1 = f32x4.splat(0);
      let a2 = f32x4.splat(0);
      let a3 = f32x4.splat(0);
      let b0 = f32x4.splat(0);
      let b1 = f32x4.splat(0);
      let b2 = f32x4.splat(0);
      let b3 = f32x4.splat(0);
      let xi = X + ((<usize>i) << 2);
      let xj = X + ((<usize>j) << 2);
      for (let k = 0; k < n; k++) {
        const x = f32x4.mul(v128.load(xi), v128.load32_splat(weights + ((<usize>k) << 2)));
        const left = v128.load(xj);
        const right = v128.load(xj, 16);
        const x0 = v128.shuffle<f32>(x, x, 0, 0, 0, 0);
        const x1 = v128.shuffle<f32>(x, x, 1, 1, 1, 1);
        const x2 = v128.shuffle<f32>(x, x, 2, 2, 2, 2);
        const x3 = v128.shuffle<f32>(x, x, 3, 3, 3, 3);
        a0 = f32x4.add(a0, f32x4.mul(x0, left));
        b0 = f32x4.add(b0, f32x4.mul(x0, right));
        a1 = f32x4.add(a1, f32x4.mul(x1, left));
        b1 = f32x4.add(b1, f32x4.mul(x1, right));
        a2 = f32x4.add(a2, f32x4.mul(x2, left));
        b2 = f32x4.add(b2, f32x4.mul(x2, right));
        a3 = f32x4.add(a3, f32x4.mul(x3, left));
        b3 = f32x4.add(b3, f32x4.mul(x3, right));
        xi += rowBytes;
        xj += rowBytes;
      }
      const out = A + <usize>i * rowBytes + ((<usize>j) << 2);
      addTo(out, a0, b0);
      addTo(out + rowBytes, a1, b1);
      addTo(out + 2 * rowBytes, a2, b2);
      addTo(out + 3 * rowBytes, a3, b3);
    }
  }
}

function addTo(address: usize, left: v128, right: v128): void {
  v128.store(address, f32x4.add(v128.load(address), left));
  v128.store(address, f32x4.add(v128.load(address, 16), right), 16);
}

/** Copies the rows named by `indices` of a table, one after another, to `out`. */
export function gather(n: i32, stride: i32, indices: usize, table: usize, out: usize): void {
  const rowBytes = (<usize>stride) << 2;
  for (let k = 0; k < n; k++) {
    memory.copy(out + <usize>k * rowBytes, table + <usize>load<i32>(indices + ((<usize>k) << 2)) * rowBytes, rowBytes);
  }
}

/** out += Σ_k c_k x_k, over n rows of `stride`. */
export function combine(n: i32, stride: i32, X: usize, coefficients: usize, out: usize): void {
  const rowBytes = (<usize>stride) << 2;
  for (let j: usize = 0; j < rowBytes; j += 16) {
    let sum = v128.load(out + j);
    let x = X + j;
    for (let k = 0; k < n; k++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(x), v128.load32_splat(coefficients + ((<usize>k) << 2))));
      x += rowBytes;
    }
    v128.store(out + j, sum);
  }
}

/** out[k] = x_k · y, over n rows of `stride`. */
export function dots(n: i32, stride: i32, X: usize, y: usize, out: usize): void {
  const rowBytes = (<usize>stride) << 2;
  for (let k = 0; k < n; k++) {
    store<f32>(out + ((<usize>k) << 2), dot(X + <usize>k * rowBytes, y, rowBytes));
  }
}

/**
 * Of m vectors y and n rows x: out[i·n + k] = x_k · y_i. Four vectors at a time, so that the rows are read less often.
 * @param Y m rows of `stride`
 */
export function dotsOfMany(n: i32, m: i32, stride: i32, X: usize, Y: usize, out: usize): void {
  const rowBytes = (<usize>stride) << 2;
  const outBytes = (<usize>n) << 2;
  let i = 0;
  for (; i + 3 < m; i += 4) {
    const y0 = Y + <usize>i * rowBytes;
    let x = X;
    let to = out + <usize>i * outBytes;
    for (let k = 0; k < n; k++) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      for (let j: usize = 0; j < rowBytes; j += 16) {
        const own = v128.load(x + j);
        const y = y0 + j;
        s0 = f32x4.add(s0, f32x4.mul(own, v128.load(y)));
        s1 = f32x4.add(s1, f32x4.mul(own, v128.load(y + rowBytes)));
        s2 = f32x4.add(s2, f32x4.mul(own, v128.load(y + 2 * rowBytes)));
        s3 = f32x4.add(s3, f32x4.mul(own, v128.load(y + 3 * rowBytes)));
      }
      store<f32>(to, sum4(s0));
      store<f32>(to + outBytes, sum4(s1));
      store<f32>(to + 2 * outBytes, sum4(s2));
      store<f32>(to + 3 * outBytes, sum4(s3));
      x += rowBytes;
      to += 4;
    }
  }
  for (; i < m; i++) dots(n, stride, X, Y + <usize>i * rowBytes, out + <usize>i * outBytes);
}

/**
 * What ratings say of a user: weights[k] = α · the precision of item k, residuals[k] = weights[k] · (stars[k] − offset of its row − x_k · m0).
 * @param X n rows of `stride`; @param items their numbers; @param offsetRows rows of `offsets`, each of `samples` numbers
 * @param offsets address of the sample's number in the first row; @param precisions of every item, in this sample
 */
export function weighRatings(
  n: i32,
  stride: i32,
  X: usize,
  m0: usize,
  items: usize,
  stars: usize,
  offsetRows: usize,
  samples: i32,
  offsets: usize,
  precisions: usize,
  alpha: f32,
  weights: usize,
  residuals: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  for (let k = 0; k < n; k++) {
    const at = (<usize>k) << 2;
    const item = <usize>load<i32>(items + at);
    const offset = load<f32>(offsets + ((<usize>load<i32>(offsetRows + at) * <usize>samples) << 2));
    const weight = alpha * load<f32>(precisions + (item << 2));
    store<f32>(weights + at, weight);
    store<f32>(residuals + at, weight * (load<f32>(stars + at) - offset - dot(X + <usize>k * rowBytes, m0, rowBytes)));
  }
}

/** Dot product of two arrays whose bytes are a multiple of 16. */
function dot(x: usize, y: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(x + j), v128.load(y + j)));
  return sum4(sum);
}

/** Matrices of so many rows stay in the second-level cache. */
const maxSmall: i32 = 256;
/** Columns that are factored together: a multiple of eight, as `gram` takes columns. */
const block: i32 = 8;
const minusOnes = memory.data<f32>([-1, -1, -1, -1, -1, -1, -1, -1]);

/**
 * A = L Lᵀ in place, L in the lower triangle; the elements above the diagonal are set to zero.
 * @param stride rows and columns, a multiple of eight
 * @returns 0, or 1 + the row at which A is not positive definite
 */
export function cholesky(stride: i32, A: usize): i32 {
  return stride <= maxSmall ? choleskyOfSmall(stride, A) : choleskyOfLarge(stride, A);
}

/**
 * Eight columns at a time, whose part in the rest of the matrix is then taken off with `gram`: it reads them as rows, so they are also
 * kept above the diagonal until the end.
 */
function choleskyOfSmall(stride: i32, A: usize): i32 {
  const rowBytes = (<usize>stride) << 2;
  for (let from = 0; from < stride; from += block) {
    const corner = A + <usize>from * rowBytes + ((<usize>from) << 2);
    for (let r = 0; r < block; r++) {
      if (!factorRow(r, rowBytes, corner)) return from + r + 1;
    }
    for (let i = from + block; i < stride; i++) {
      const row = A + <usize>i * rowBytes + ((<usize>from) << 2);
      for (let c = 0; c < block; c++) {
        const other = corner + <usize>c * rowBytes;
        let left = load<f32>(row + ((<usize>c) << 2));
        for (let k = 0; k < c; k++) {
          left -= load<f32>(row + ((<usize>k) << 2)) * load<f32>(other + ((<usize>k) << 2));
        }
        const value = left / load<f32>(other + ((<usize>c) << 2));
        store<f32>(row + ((<usize>c) << 2), value);
        store<f32>(A + <usize>(from + c) * rowBytes + ((<usize>i) << 2), value);
      }
    }
    const rest = from + block;
    const columns = (<usize>rest) << 2;
    const below = A + <usize>rest * rowBytes + columns;
    gramChunk(block, stride - rest, rowBytes, A + <usize>from * rowBytes + columns, minusOnes, below);
  }
  for (let i = 0; i < stride; i++) {
    const right = A + <usize>i * rowBytes + ((<usize>(i + 1)) << 2);
    memory.fill(right, 0, (<usize>(stride - i - 1)) << 2);
  }
  return 0;
}

/** Row r of the Cholesky factor of a block, from the rows above it. @returns whether the block is positive definite so far */
function factorRow(r: i32, rowBytes: usize, corner: usize): bool {
  const row = corner + <usize>r * rowBytes;
  let diagonal = <f64>load<f32>(row + ((<usize>r) << 2));
  for (let c = 0; c < r; c++) {
    const other = corner + <usize>c * rowBytes;
    let left = <f64>load<f32>(row + ((<usize>c) << 2));
    for (let k = 0; k < c; k++) {
      left -= <f64>load<f32>(row + ((<usize>k) << 2)) * <f64>load<f32>(other + ((<usize>k) << 2));
    }
    const value = left / <f64>load<f32>(other + ((<usize>c) << 2));
    store<f32>(row + ((<usize>c) << 2), <f32>value);
    diagonal -= value * value;
  }
  if (!(diagonal > 0)) return false;
  store<f32>(row + ((<usize>r) << 2), <f32>Math.sqrt(diagonal));
  return true;
}

/** Four rows together, so that a matrix larger than the caches is read a quarter as often. */
function choleskyOfLarge(stride: i32, A: usize): i32 {
  const rowBytes = (<usize>stride) << 2;
  for (let i = 0; i < stride; i += 4) {
    const row = A + <usize>i * rowBytes;
    for (let j = 0; j < i; j++) {
      const other = A + <usize>j * rowBytes;
      const inverse = 1 / <f64>load<f32>(other + ((<usize>j) << 2));
      for (let r: usize = 0; r < 4; r++) {
        const own = row + r * rowBytes;
        const address = own + ((<usize>j) << 2);
        store<f32>(address, <f32>((<f64>load<f32>(address) - dotTo(own, other, j)) * inverse));
      }
    }
    for (let r = 0; r < 4; r++) {
      const own = row + <usize>r * rowBytes;
      for (let j = i; j < i + r; j++) {
        const other = A + <usize>j * rowBytes;
        const address = own + ((<usize>j) << 2);
        const sum = <f64>load<f32>(address) - dotTo(own, other, j);
        store<f32>(address, <f32>(sum / <f64>load<f32>(other + ((<usize>j) << 2))));
      }
      const diagonal = own + ((<usize>(i + r)) << 2);
      const left = <f64>load<f32>(diagonal) - dotTo(own, own, i + r);
      if (!(left > 0)) return i + r + 1;
      store<f32>(diagonal, <f32>Math.sqrt(left));
      for (let j = i + r + 1; j < stride; j++) store<f32>(own + ((<usize>j) << 2), 0);
    }
  }
  return 0;
}

/** Dot product of the first n float32 of two aligned rows. */
function dotTo(x: usize, y: usize, n: i32): f64 {
  const whole = n & ~3;
  let sum = f32x4.splat(0);
  let address: usize = 0;
  for (let k = 0; k < whole; k += 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(x + address), v128.load(y + address)));
    address += 16;
  }
  let total = <f64>sum4(sum);
  for (let k = whole; k < n; k++) {
    total += <f64>load<f32>(x + address) * <f64>load<f32>(y + address);
    address += 4;
  }
  return total;
}

/** x ← L⁻ᵀ L⁻¹ x: solves A x = b in place with the Cholesky factor of A. */
export function solve(stride: i32, L: usize, x: usize): void {
  solveLower(stride, L, x);
  const rowBytes = (<usize>stride) << 2;
  for (let i = stride - 1; i >= 0; i--) {
    const row = L + <usize>i * rowBytes;
    const address = x + ((<usize>i) << 2);
    const value = load<f32>(address) / load<f32>(row + ((<usize>i) << 2));
    store<f32>(address, value);
    // Column i of Lᵀ is row i of L: taken from what is left, so that memory is read in order.
    const whole = i & ~3;
    const w = f32x4.splat(value);
    for (let j = 0; j < whole; j += 4) {
      const offset = (<usize>j) << 2;
      v128.store(x + offset, f32x4.sub(v128.load(x + offset), f32x4.mul(w, v128.load(row + offset))));
    }
    for (let j = whole; j < i; j++) {
      const offset = (<usize>j) << 2;
      store<f32>(x + offset, load<f32>(x + offset) - value * load<f32>(row + offset));
    }
  }
}

/** x ← L⁻¹ x. */
export function solveLower(stride: i32, L: usize, x: usize): void {
  const rowBytes = (<usize>stride) << 2;
  for (let i = 0; i < stride; i++) {
    const row = L + <usize>i * rowBytes;
    const address = x + ((<usize>i) << 2);
    store<f32>(address, <f32>((<f64>load<f32>(address) - dotTo(row, x, i)) / <f64>load<f32>(row + ((<usize>i) << 2))));
  }
}

/**
 * L ← L⁻¹, in place, four rows at a time: row i of L⁻¹ = (e_i − Σ_{k<i} L_ik row k of L⁻¹) / L_ii.
 * @param scratch memory for four rows
 */
export function invertFactor(stride: i32, L: usize, scratch: usize): void {
  const rowBytes = (<usize>stride) << 2;
  for (let i = 0; i < stride; i += 4) {
    const row = L + <usize>i * rowBytes;
    memory.copy(scratch, row, 4 * rowBytes);
    memory.fill(row, 0, 4 * rowBytes);
    for (let k = 0; k < i; k++) {
      const above = L + <usize>k * rowBytes;
      const c = scratch + ((<usize>k) << 2);
      const c0 = v128.load32_splat(c);
      const c1 = v128.load32_splat(c + rowBytes);
      const c2 = v128.load32_splat(c + 2 * rowBytes);
      const c3 = v128.load32_splat(c + 3 * rowBytes);
      const bytes = (<usize>((k + 4) & ~3)) << 2;
      for (let j: usize = 0; j < bytes; j += 16) {
        const x = v128.load(above + j);
        const address = row + j;
        v128.store(address, f32x4.sub(v128.load(address), f32x4.mul(c0, x)));
        v128.store(address + rowBytes, f32x4.sub(v128.load(address + rowBytes), f32x4.mul(c1, x)));
        v128.store(address + 2 * rowBytes, f32x4.sub(v128.load(address + 2 * rowBytes), f32x4.mul(c2, x)));
        v128.store(address + 3 * rowBytes, f32x4.sub(v128.load(address + 3 * rowBytes), f32x4.mul(c3, x)));
      }
    }
    for (let r = 0; r < 4; r++) {
      const own = row + <usize>r * rowBytes;
      for (let k = i; k < i + r; k++) {
        const c = load<f32>(scratch + <usize>r * rowBytes + ((<usize>k) << 2));
        const above = L + <usize>k * rowBytes;
        for (let j = 0; j <= k; j++) {
          const address = own + ((<usize>j) << 2);
          store<f32>(address, load<f32>(address) - c * load<f32>(above + ((<usize>j) << 2)));
        }
      }
      const offset = (<usize>(i + r)) << 2;
      const inverse = <f32>1 / load<f32>(scratch + <usize>r * rowBytes + offset);
      for (let j = 0; j < i + r; j++) {
        const address = own + ((<usize>j) << 2);
        store<f32>(address, load<f32>(address) * inverse);
      }
      store<f32>(own + offset, inverse);
    }
  }
}
