/**
 * Tables of rows in single or half precision, read into single precision. Row lengths and counts of elements are multiples of eight;
 * addresses are those of the first element, indices int32.
 */

/** 2⁻¹⁴ as float32 bits: what normal half-precision numbers begin at. */
const smallest: i32 = 113 << 23;

/**
 * Four half-precision numbers as floats. Subnormal ones get the exponent of 2⁻¹⁴, which is then taken off: multiplying subnormal
 * floats would be slow.
 * @param bits in the low halves of four int32
 */
function widen(bits: v128): v128 {
  const size = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  const isSubnormal = i32x4.lt_s(size, i32x4.splat(1 << 23));
  const biased = i32x4.add(i32x4.add(size, i32x4.splat(112 << 23)), v128.and(isSubnormal, i32x4.splat(1 << 23)));
  const value = f32x4.sub(biased, v128.and(isSubnormal, i32x4.splat(smallest)));
  return v128.or(value, i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16));
}

function bytesOf(isHalf: bool, elements: i32): usize {
  return (<usize>elements) << (isHalf ? 1 : 2);
}

/** out = the row, as floats. */
function read(isHalf: bool, row: usize, elements: i32, out: usize): void {
  if (!isHalf) {
    memory.copy(out, row, (<usize>elements) << 2);
    return;
  }
  for (let k = 0; k < elements; k += 8) {
    const eight = v128.load(row);
    v128.store(out, widen(i32x4.extend_low_i16x8_u(eight)));
    v128.store(out, widen(i32x4.extend_high_i16x8_u(eight)), 16);
    row += 16;
    out += 32;
  }
}

/**
 * Of n rows, the part of `blocks` blocks of `stride` elements, one block after another: block b of row k goes to row k of block b of out.
 * @param rowElements length of a whole row; @param table address of the part in the first row
 * @param outRows rows that a block of out has room for
 */
export function readBlocks(
  isHalf: bool,
  n: i32,
  blocks: i32,
  stride: i32,
  rowElements: i32,
  indices: usize,
  table: usize,
  outRows: i32,
  out: usize,
): void {
  const rowBytes = bytesOf(isHalf, rowElements);
  const blockBytes = bytesOf(isHalf, stride);
  const outRowBytes = (<usize>stride) << 2;
  for (let k = 0; k < n; k++) {
    let from = table + <usize>load<i32>(indices + ((<usize>k) << 2)) * rowBytes;
    let to = out + <usize>k * outRowBytes;
    for (let b = 0; b < blocks; b++) {
      read(isHalf, from, stride, to);
      from += blockBytes;
      to += <usize>outRows * outRowBytes;
    }
  }
}

/** out += Σ_k c_k row_k over the n rows that `indices` names, `elements` of each; two at a time, so that `out` is read less often. */
export function addRows(
  isHalf: bool,
  n: i32,
  elements: i32,
  rowElements: i32,
  indices: usize,
  coefficients: usize,
  table: usize,
  out: usize,
): void {
  const rowBytes = bytesOf(isHalf, rowElements);
  for (let k = 0; k < n; k += 2) {
    const offset = (<usize>k) << 2;
    const isPair = k + 1 < n;
    const second = isPair ? offset + 4 : offset;
    const a = table + <usize>load<i32>(indices + offset) * rowBytes;
    const b = table + <usize>load<i32>(indices + second) * rowBytes;
    const ca = v128.load32_splat(coefficients + offset);
    const cb = isPair ? v128.load32_splat(coefficients + second) : f32x4.splat(0);
    if (isHalf) addHalves(elements, a, b, ca, cb, out);
    else addSingles(elements, a, b, ca, cb, out);
  }
}

function addHalves(elements: i32, a: usize, b: usize, ca: v128, cb: v128, out: usize): void {
  for (let j = 0; j < elements; j += 8) {
    const left = v128.load(a);
    const right = v128.load(b);
    const low = f32x4.add(
      f32x4.mul(ca, widen(i32x4.extend_low_i16x8_u(left))),
      f32x4.mul(cb, widen(i32x4.extend_low_i16x8_u(right))),
    );
    const high = f32x4.add(
      f32x4.mul(ca, widen(i32x4.extend_high_i16x8_u(left))),
      f32x4.mul(cb, widen(i32x4.extend_high_i16x8_u(right))),
    );
    v128.store(out, f32x4.add(v128.load(out), low));
    v128.store(out, f32x4.add(v128.load(out, 16), high), 16);
    a += 16;
    b += 16;
    out += 32;
  }
}

function addSingles(elements: i32, a: usize, b: usize, ca: v128, cb: v128, out: usize): void {
  for (let j = 0; j < elements; j += 4) {
    const sum = f32x4.add(f32x4.mul(ca, v128.load(a)), f32x4.mul(cb, v128.load(b)));
    v128.store(out, f32x4.add(v128.load(out), sum));
    a += 16;
    b += 16;
    out += 16;
  }
}

/**
 * out[k] = mean over blocks b of: offset of row and block + block b of row k · vector b, clipped to least..most.
 * @param offsets float32, rows × blocks; @param vectors float32, blocks × stride
 */
export function meanOfClippedDots(
  isHalf: bool,
  n: i32,
  blocks: i32,
  stride: i32,
  indices: usize,
  table: usize,
  offsets: usize,
  vectors: usize,
  least: f32,
  most: f32,
  out: usize,
): void {
  const blockBytes = bytesOf(isHalf, stride);
  for (let k = 0; k < n; k++) {
    const index = <usize>load<i32>(indices + ((<usize>k) << 2));
    let block = table + index * <usize>blocks * blockBytes;
    let offset = offsets + ((index * <usize>blocks) << 2);
    let vector = vectors;
    let sum: f64 = 0;
    for (let b = 0; b < blocks; b++) {
      const product = isHalf ? dotHalves(block, vector, stride) : dotSingles(block, vector, stride);
      sum += <f64>min(most, max(least, load<f32>(offset) + product));
      block += blockBytes;
      vector += (<usize>stride) << 2;
      offset += 4;
    }
    store<f32>(out + ((<usize>k) << 2), <f32>(sum / <f64>blocks));
  }
}

function dotHalves(row: usize, vector: usize, elements: i32): f32 {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (let j = 0; j < elements; j += 8) {
    const eight = v128.load(row);
    low = f32x4.add(low, f32x4.mul(widen(i32x4.extend_low_i16x8_u(eight)), v128.load(vector)));
    high = f32x4.add(high, f32x4.mul(widen(i32x4.extend_high_i16x8_u(eight)), v128.load(vector, 16)));
    row += 16;
    vector += 32;
  }
  return sum4(f32x4.add(low, high));
}

function dotSingles(row: usize, vector: usize, elements: i32): f32 {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (let j = 0; j < elements; j += 8) {
    low = f32x4.add(low, f32x4.mul(v128.load(row), v128.load(vector)));
    high = f32x4.add(high, f32x4.mul(v128.load(row, 16), v128.load(vector, 16)));
    row += 32;
    vector += 32;
  }
  return sum4(f32x4.add(low, high));
}

/** The sum of the four floats. */
export function sum4(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 2, 3));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Copies n rows of `rowBytes` that lie one after another to where rows of `outRowBytes` begin. */
export function spread(n: i32, rowBytes: i32, from: usize, outRowBytes: i32, out: usize): void {
  for (let k = 0; k < n; k++) {
    memory.copy(out, from, rowBytes);
    from += rowBytes;
    out += outRowBytes;
  }
}
