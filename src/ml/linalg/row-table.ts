/**
 * A table in a kernel's memory whose rows are blocks of equal length, one for each sample of a model: all that is known of an item lies
 * together, so that reading scattered items reads memory in long stretches. In single or half precision, as the model is stored.
 */
import { decodeFloat16 } from "../model/float16.js";
import type { DenseKernel } from "./dense-kernel.js";
import type { Arena, Slice } from "./kernels.js";

/** Numbers, or bits of half-precision numbers. */
export type TableValues = Float32Array | Uint16Array;

export interface RowTable {
  readonly rows: number;
  readonly blocks: number;
  /** Elements of a block, a multiple of eight. */
  readonly stride: number;
  readonly isHalf: boolean;
  readonly offset: number;
}

export type TableShape = Pick<RowTable, "rows" | "blocks" | "stride" | "isHalf">;

/** A table of zeros. */
export function createRowTable(arena: Arena, shape: TableShape): RowTable {
  const { rows, blocks, stride, isHalf } = shape;
  const elements = rows * blocks * stride;
  return { ...shape, offset: arena.floats(isHalf ? elements / 2 : elements).offset };
}

/** Address of a block of the first row. */
export function blockAddress({ offset, stride, isHalf }: RowTable, block: number): number {
  return offset + block * stride * (isHalf ? 2 : 4);
}

/**
 * Writes one block of `rows` rows, from `first` on.
 * @param values rows × width, width up to the stride
 * @param scratch memory for them
 * @throws {RangeError} for values of another precision than the table's
 */
export function writeBlock(
  kernel: DenseKernel,
  arena: Arena,
  table: RowTable,
  { block, first = 0, width, values }: { block: number; first?: number; width: number; values: TableValues },
  scratch: Slice,
): void {
  const { blocks, stride, isHalf } = table;
  if (isHalf !== values instanceof Uint16Array) {
    throw new RangeError(`expected values in ${isHalf ? "half" : "single"} precision for every block of a table`);
  }
  const bytes = isHalf ? 2 : 4;
  const from = arena.bytes(scratch).subarray(0, values.byteLength);
  from.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const rowBytes = blocks * stride * bytes;
  const out = blockAddress(table, block) + first * rowBytes;
  kernel.spread(values.length / width, width * bytes, scratch.offset, rowBytes, out);
}

/** Sets one element of a block of every row. */
export function fillColumn(arena: Arena, table: RowTable, block: number, column: number, value: 0 | 1): void {
  const { rows, blocks, stride, isHalf } = table;
  const all = isHalf ? arena.allHalves() : arena.all();
  const one = isHalf ? 0x3c00 : 1;
  let at = blockAddress(table, block) / (isHalf ? 2 : 4) + column;
  for (let row = 0; row < rows; row++, at += blocks * stride) all[at] = value * one;
}

/** One column of an array of rows, as numbers. */
export function readColumn(values: TableValues, width: number, column: number): Float32Array {
  const rows = values.length / width;
  const out = new Float32Array(rows);
  if (values instanceof Uint16Array) {
    const bits = new Uint16Array(rows);
    for (let row = 0; row < rows; row++) bits[row] = values[row * width + column];
    decodeFloat16(bits, out);
  } else for (let row = 0; row < rows; row++) out[row] = values[row * width + column];
  return out;
}
