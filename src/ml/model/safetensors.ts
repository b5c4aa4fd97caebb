/**
 * The safetensors format (https://github.com/huggingface/safetensors): an 8-byte little-endian header length,
 * a JSON header of name → {dtype, shape, data_offsets}, then the tensors' bytes. Read into float32 arrays.
 */
import { AppError, received } from "../../errors.js";
import { decodeFloat16, encodeFloat16 } from "./float16.js";

export interface Tensor {
  /** Row-major. */
  shape: number[];
  data: Float32Array;
}

const maxHeaderBytes = 100_000_000;

/** Bytes of a number of each dtype that is read. */
const widths = new Map([
  ["F16", 2],
  ["F32", 4],
  ["F64", 8],
]);

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A tensor as it is stored where that is in half precision. */
export interface StoredTensor {
  shape: number[];
  /** Numbers, or bits of half-precision numbers. */
  data: Float32Array | Uint16Array;
}

/**
 * As floats.
 * @param bytes a whole file; tensors of dtype F32, F16, or F64, which is rounded
 * @param what the file's name, for messages
 * @throws {AppError} MODEL_INVALID as `readStoredTensors`
 */
export function readSafetensors(bytes: Uint8Array, what: string): Map<string, Tensor> {
  const stored = readStoredTensors(bytes, what);
  return new Map(Array.from(stored, ([name, tensor]) => [name, { shape: tensor.shape, data: toFloats(tensor.data) }]));
}

/** Floats with memory of their own. */
export function toFloats(data: StoredTensor["data"]): Float32Array {
  if (data instanceof Float32Array) return data.slice();
  const values = new Float32Array(data.length);
  decodeFloat16(data, values);
  return values;
}

/**
 * Tensors as they are stored, without decoding: a model's tables are kept so. Where the bytes are aligned, they are views of them.
 * @param bytes a whole file; tensors of dtype F32, F16, or F64, which is rounded
 * @param what the file's name, for messages
 * @throws {AppError} MODEL_INVALID when the header, an offset, a shape or a dtype is not as the format says, or a
 *   value is not finite
 */
export function readStoredTensors(bytes: Uint8Array, what: string): Map<string, StoredTensor> {
  const refuse = (expected: string, cause?: unknown) =>
    new AppError("MODEL_INVALID", `expected ${expected} in ${what}`, { cause });
  if (bytes.byteLength < 8) throw refuse(`a safetensors file of at least 8 bytes, received ${bytes.byteLength}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes || 8 + headerBytes > bytes.byteLength) {
    throw refuse(`a safetensors header within its ${bytes.byteLength} bytes, received a header of ${headerBytes}`);
  }
  let header: Record<string, HeaderEntry>;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerBytes)));
  } catch (cause) {
    throw refuse("a safetensors header in JSON", cause);
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) {
    throw refuse("a safetensors header that is a JSON object");
  }
  const tensors = new Map<string, StoredTensor>();
  const spans: [number, number][] = [];
  const start = 8 + headerBytes;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (!isHeaderEntry(entry)) throw refuse(`dtype, shape and data_offsets for tensor ${received(name)}`);
    const [from, to] = entry.data_offsets;
    const width = widths.get(entry.dtype) ?? 0;
    if (width === 0) {
      throw refuse(`dtype F32, F16 or F64 for tensor ${received(name)}, received ${received(entry.dtype)}`);
    }
    const size = entry.shape.reduce((product, n) => product * n, 1);
    if (from < 0 || to - from !== size * width || start + to > bytes.byteLength) {
      throw refuse(
        `${size * width} bytes for tensor ${received(name)} of shape [${entry.shape}], received offsets ` +
          `${from} to ${to} of ${bytes.byteLength - start} bytes`,
      );
    }
    const numbers = readNumbers(bytes.subarray(start + from, start + to), entry.dtype);
    const data = numbers instanceof Float64Array ? Float32Array.from(numbers) : numbers;
    // After rounding: a float64 may be too large for a float32.
    const bad = data instanceof Uint16Array ? firstInfiniteHalf(data) : firstInfinite(data);
    if (bad !== -1) {
      const value = toFloats(data.slice(bad, bad + 1))[0];
      const given = numbers instanceof Float64Array ? numbers[bad] : value;
      throw refuse(`finite values in tensor ${received(name)}, received ${given} at ${bad}`);
    }
    tensors.set(name, { shape: entry.shape, data });
    spans.push([from, to]);
  }
  let covered = 0;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== covered) throw refuse(`tensors without gap or overlap, received one from ${from} after ${covered}`);
    covered = to;
  }
  if (start + covered !== bytes.byteLength) {
    throw refuse(`${covered} bytes of tensors, received ${bytes.byteLength - start}`);
  }
  return tensors;
}

/** Exponent of half-precision numbers that are infinite or no number. */
const infiniteHalf = 0x7c00;

/**
 * Two numbers at a time and without a branch for each, since models have millions of them and load while queries are answered.
 * @returns −1 where all are finite
 */
function firstInfiniteHalf(data: Uint16Array): number {
  if (data.length === 0) return -1;
  const from = data.byteOffset % 4 === 0 ? 0 : 1;
  const pairs = new Uint32Array(data.buffer, data.byteOffset + from * 2, (data.length - from) >> 1);
  let carries = 0;
  // The largest exponent alone carries into the sign.
  for (let i = 0; i < pairs.length; i++) carries |= (pairs[i] & 0x7fff7fff) + 0x04000400;
  const isBad = (bits: number) => (bits & infiniteHalf) === infiniteHalf;
  if ((carries & 0x80008000) === 0 && !isBad(data[0]) && !isBad(data[data.length - 1])) return -1;
  return data.findIndex(isBad);
}

/** A plain loop. As `firstInfiniteHalf`. */
function firstInfinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** @param bytes of one tensor, wherever they are aligned */
function readNumbers(bytes: Uint8Array, dtype: string): Float32Array | Float64Array | Uint16Array {
  const width = widths.get(dtype) as number;
  // Copied where a typed array cannot have them as they are aligned; what Node runs on is little-endian, as is the format.
  const own = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset } = own;
  const length = bytes.length / width;
  if (dtype === "F64") return new Float64Array(buffer, byteOffset, length);
  if (dtype === "F32") return new Float32Array(buffer, byteOffset, length);
  return new Uint16Array(buffer, byteOffset, length);
}

function isHeaderEntry(entry: HeaderEntry): boolean {
  const isCount = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
  return (
    entry !== null &&
    typeof entry === "object" &&
    typeof entry.dtype === "string" &&
    Array.isArray(entry.shape) &&
    entry.shape.every(isCount) &&
    Array.isArray(entry.data_offsets) &&
    entry.data_offsets.length === 2 &&
    entry.data_offsets.every(isCount)
  );
}

/** The bytes of a safetensors file holding these tensors, in the map's order, as F32 or rounded to F16. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, dtype: "F32" | "F16" = "F32"): Uint8Array {
  const header: Record<string, HeaderEntry> = {};
  const width = dtype === "F32" ? 4 : 2;
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.length * width] };
    offset += data.length * width;
  }
  // The format wants the tensors aligned to 8 bytes; spaces after the JSON pad it.
  const json = JSON.stringify(header);
  const headerBytes = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + headerBytes.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, 8);
  let position = 8 + headerBytes.length;
  for (const { data } of tensors.values()) {
    const part = dtype === "F32" ? data : halves(data);
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), position);
    position += part.byteLength;
  }
  return bytes;
}

function halves(data: Float32Array): Uint16Array {
  const bits = new Uint16Array(data.length);
  encodeFloat16(data, bits);
  return bits;
}
