/** What a factor model knows of its items, in a kernel's memory: of every sample their vectors, biases and precisions. */
import type { DenseKernel } from "../linalg/dense-kernel.js";
import type { Arena, Slice } from "../linalg/kernels.js";
import {
  blockAddress,
  createRowTable,
  fillColumn,
  type RowTable,
  readColumn,
  writeBlock,
} from "../linalg/row-table.js";
import type { ServingSample } from "./factor-sample.js";

/** Samples from `from` up to `to`, at most `samplesPerGroup` of them. */
export interface SampleGroup {
  from: number;
  to: number;
}

/** Samples whose rows are read together: enough for long stretches of memory, and few enough to stay in the second-level cache. */
export const samplesPerGroup = 8;

/** A sample without its tables of items. */
export type KeptSample = Omit<ServingSample, "items" | "implicit">;

export interface ItemOptions {
  /** Ratings of each item in training. */
  itemCounts: Float32Array;
  /** Bins of time, of models that know times. */
  bins?: number;
}

export class ItemTables {
  readonly kept: KeptSample[] = [];
  /** Of each sample, items × stride: b_i, then 1, then zeros. */
  X!: RowTable;
  /** Of each sample, items × stride: what having rated an item adds; not for matrix factorization. */
  private Y?: RowTable;
  /** w0 + d_i without a time, then in each bin: (1 + bins) × items × samples. */
  readonly offsets: Slice;
  /** Factor on α for each item's ratings, samples × items. */
  readonly precisions: Slice;
  /** The rows of all items, and 1 for each. */
  readonly every: Slice;
  private readonly ones: Slice;
  /** Mean of Y over the ratings of the training, samples × stride: computed when it is first needed. */
  private meanY?: Float32Array;
  /** Where a sample's table is before its rows are spread. */
  private scratch!: Slice;

  constructor(
    private readonly kernel: DenseKernel,
    private readonly arena: Arena,
    private readonly size: { items: number; factors: number; samples: number; stride: number },
    private readonly options: ItemOptions,
  ) {
    const { items, samples } = size;
    this.offsets = arena.floats((1 + (options.bins ?? 0)) * items * samples);
    this.precisions = arena.floats(samples * items);
    this.every = arena.copyInts(Int32Array.from({ length: items }, (_, item) => item));
    this.ones = arena.copyFloats(new Float32Array(items).fill(1));
  }

  /** Adds a sample. All are added before the first is read. */
  add({ items, implicit, ...sample }: ServingSample): void {
    const { kernel, arena, kept } = this;
    const { factors } = this.size;
    const block = kept.length;
    const width = factors + 1;
    if (block === 0) this.createTables(items instanceof Uint16Array, implicit.length > 0);
    writeBlock(kernel, arena, this.X, { block, width, values: items }, this.scratch);
    fillColumn(arena, this.X, block, factors, 1);
    if (this.Y !== undefined) writeBlock(kernel, arena, this.Y, { block, width, values: implicit }, this.scratch);
    this.writeOffsets(block, sample, readColumn(items, width, factors));
    arena.f32(this.precisions).set(sample.itemPrecisions, block * this.size.items);
    kept.push(sample);
  }

  private createTables(isHalf: boolean, isImplicit: boolean): void {
    const { arena } = this;
    const { items, factors, samples, stride } = this.size;
    const shape = { rows: items, blocks: samples, stride, isHalf };
    this.X = createRowTable(arena, shape);
    if (isImplicit) this.Y = createRowTable(arena, shape);
    this.scratch = arena.floats(Math.ceil((items * (factors + 1)) / (isHalf ? 2 : 1)));
  }

  private writeOffsets(block: number, { w0, drift }: KeptSample, biases: Float32Array): void {
    const { items, samples } = this.size;
    const { bins = 0 } = this.options;
    const offsets = this.arena.f32(this.offsets);
    for (let i = 0; i < items; i++) {
      const offset = Math.fround(w0 + biases[i]);
      offsets[i * samples + block] = offset;
      for (let bin = 0; bin < bins; bin++) {
        offsets[((1 + bin) * items + i) * samples + block] = offset + (drift?.items[i * bins + bin] ?? 0);
      }
    }
  }

  /**
   * Rows of X in a group of samples, those of one sample after those of another.
   * @param outRows rows that out has room for in each sample
   */
  readRows({ from, to }: SampleGroup, n: number, indices: Slice, outRows: number, out: Slice): void {
    const { samples, stride } = this.size;
    const { isHalf } = this.X;
    const address = blockAddress(this.X, from);
    this.kernel.readBlocks(
      isHalf,
      n,
      to - from,
      stride,
      samples * stride,
      indices.offset,
      address,
      outRows,
      out.offset,
    );
  }

  /**
   * Sums of Y over rows, and its mean over all ratings of the training, in a group of samples: samples × stride; undefined for matrix
   * factorization.
   * @param room for the sums of all samples
   */
  readImplicit(
    group: SampleGroup,
    n: number,
    indices: Slice,
    room: Slice,
  ): { sums: Float32Array; means: Float32Array } | undefined {
    if (this.Y === undefined) return undefined;
    const means = this.getMeanY(this.Y, room).subarray(group.from * this.size.stride);
    return { sums: this.sumRows(this.Y, group, { n, indices, coefficients: this.ones }, room), means };
  }

  private getMeanY(table: RowTable, room: Slice): Float32Array {
    if (this.meanY !== undefined) return this.meanY;
    const { items, samples } = this.size;
    const { itemCounts } = this.options;
    const total = itemCounts.reduce((sum, count) => sum + count, 0);
    const shares = this.arena.copyFloats(itemCounts.map((count) => count / Math.max(1, total)));
    const every = { n: items, indices: this.every, coefficients: shares };
    this.meanY = this.sumRows(table, { from: 0, to: samples }, every, room).slice();
    return this.meanY;
  }

  /** Σ c row, for the samples of a group. */
  private sumRows(
    table: RowTable,
    { from, to }: SampleGroup,
    { n, indices, coefficients }: { n: number; indices: Slice; coefficients: Slice },
    out: Slice,
  ): Float32Array {
    const { stride } = this.size;
    const { isHalf, blocks } = table;
    const sums = this.arena.f32(out).fill(0);
    const address = blockAddress(table, from);
    const elements = [(to - from) * stride, blocks * stride] as const;
    this.kernel.addRows(isHalf, n, ...elements, indices.offset, coefficients.offset, address, out.offset);
    return sums;
  }
}
