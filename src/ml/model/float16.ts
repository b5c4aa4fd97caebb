/** IEEE 754 half-precision numbers: half the size of a model, at three decimal digits. */

let table: Float32Array | undefined;

/** What each of the 65,536 half-precision bit patterns stands for. */
function decoded(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size =
      exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    table[bits] = bits >> 15 ? -size : size;
  }
  return table;
}

/** @param out as long as `bits`; overwritten */
export function decodeFloat16(bits: Uint16Array, out: Float32Array): void {
  const values = decoded();
  for (let i = 0; i < bits.length; i++) out[i] = values[bits[i]];
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Rounded to the nearest, ties to even; beyond ±65,504 infinite. @param out as long as `values`; overwritten */
export function encodeFloat16(values: Float32Array, out: Uint16Array): void {
  for (let i = 0; i < values.length; i++) {
    scratch[0] = values[i];
    const bits = scratchBits[0];
    const sign = (bits >>> 16) & 0x8000;
    const exponent = ((bits >>> 23) & 255) - 112;
    const fraction = bits & 0x7fffff;
    if (exponent >= 31) out[i] = sign | 0x7c00 | (exponent === 143 && fraction !== 0 ? 0x200 : 0);
    else if (exponent > 0) out[i] = sign | round((exponent << 23) | fraction, 13);
    else out[i] = sign | (exponent < -10 ? 0 : round(0x800000 | fraction, 14 - exponent));
  }
}

/** bits / 2^shift, to the nearest, ties to even. */
function round(bits: number, shift: number): number {
  const half = 2 ** (shift - 1);
  const rest = bits % (2 * half);
  const whole = (bits - rest) / (2 * half);
  return whole + (rest > half || (rest === half && whole % 2 === 1) ? 1 : 0);
}
