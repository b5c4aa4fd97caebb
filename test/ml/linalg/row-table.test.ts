/** Tables in half and single precision: the kernel's loops against plain ones, on numbers that half precision holds exactly. */
import { describe, expect, it } from "vitest";
import { createDenseKernel } from "../../../src/ml/linalg/dense-kernel.js";
import { Arena } from "../../../src/ml/linalg/kernels.js";
import {
  blockAddress,
  createRowTable,
  fillColumn,
  type RowTable,
  readColumn,
  type TableValues,
  writeBlock,
} from "../../../src/ml/linalg/row-table.js";
import { decodeFloat16, encodeFloat16 } from "../../../src/ml/model/float16.js";
import { randomFloats } from "../factor-fixtures.js";

const [rows, blocks, width, stride] = [7, 3, 5, 8];
const toHalves = (values: Float32Array) => {
  const bits = new Uint16Array(values.length);
  encodeFloat16(values, bits);
  return bits;
};

/** Blocks of rows × width, rounded to half precision. */
function createValues(): { halves: Uint16Array; floats: Float32Array }[] {
  return Array.from({ length: blocks }, (_, block) => {
    const values = randomFloats(rows * width, block);
    // Zeros of both signs, subnormal numbers, and the smallest and largest normal ones.
    values.set([0, -0, 2 ** -24, -(2 ** -15), 2 ** -14, 65_504, -65_504], block);
    const halves = toHalves(values);
    const floats = new Float32Array(values.length);
    decodeFloat16(halves, floats);
    return { halves, floats };
  });
}

function createTable(isHalf: boolean) {
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const table = createRowTable(arena, { rows, blocks, stride, isHalf });
  const scratch = arena.floats(rows * width);
  const values = createValues();
  values.forEach(({ halves, floats }, block) => {
    writeBlock(kernel, arena, table, { block, width, values: isHalf ? halves : floats }, scratch);
  });
  const element = (row: number, block: number, k: number) => (k < width ? values[block].floats[row * width + k] : 0);
  return { kernel, arena, table, scratch, element };
}

const read = (
  { kernel, arena, table }: { kernel: ReturnType<typeof createDenseKernel>; arena: Arena; table: RowTable },
  indices: number[],
) => {
  const out = arena.floats(blocks * indices.length * stride);
  const asked = arena.copyInts(Int32Array.from(indices));
  const from = blockAddress(table, 0);
  kernel.readBlocks(
    table.isHalf,
    indices.length,
    blocks,
    stride,
    blocks * stride,
    asked.offset,
    from,
    indices.length,
    out.offset,
  );
  return arena.f32(out);
};

describe.each([true, false])("a table of rows, in half precision: %s", (isHalf) => {
  it("gives the rows that are asked for, block after block, as numbers", () => {
    const made = createTable(isHalf);
    const indices = [6, 0, 6, 3];
    const found = read(made, indices);
    for (let block = 0; block < blocks; block++) {
      indices.forEach((row, n) => {
        for (let k = 0; k < stride; k++) {
          expect(found[(block * indices.length + n) * stride + k]).toBe(made.element(row, block, k));
        }
      });
    }
  });

  it("adds rows by coefficients, any number of them", () => {
    const { kernel, arena, table, element } = createTable(isHalf);
    for (const indices of [[], [2], [2, 5], [0, 1, 2, 6, 2]]) {
      const coefficients = indices.map((_, n) => 1 + n / 2);
      const asked = arena.copyInts(Int32Array.from([...indices, 0]));
      const weights = arena.copyFloats(Float32Array.from([...coefficients, 0]));
      const out = arena.copyFloats(new Float32Array(2 * stride).fill(1));
      const address = blockAddress(table, 1);
      const lengths = [2 * stride, blocks * stride] as const;
      kernel.addRows(isHalf, indices.length, ...lengths, asked.offset, weights.offset, address, out.offset);
      const sums = arena.f32(out);
      for (let k = 0; k < 2 * stride; k++) {
        const parts = indices.map((row, n) => coefficients[n] * element(row, 1 + Math.floor(k / stride), k % stride));
        const sum = parts.reduce((a, b) => a + b, 1);
        expect(Math.abs(sums[k] - sum)).toBeLessThanOrEqual(1e-5 * (1 + parts.reduce((a, b) => a + Math.abs(b), 0)));
      }
    }
  });

  it("scores rows by the mean of their blocks' clipped dot products", () => {
    const { kernel, arena, table, element } = createTable(isHalf);
    const vectors = randomFloats(blocks * stride, 9);
    const offsets = randomFloats(rows * blocks, 10);
    const [v, o, out] = [arena.copyFloats(vectors), arena.copyFloats(offsets), arena.floats(3)];
    const indices = [4, 6, 1];
    const asked = arena.copyInts(Int32Array.from(indices));
    const at = [asked.offset, table.offset, o.offset, v.offset] as const;
    kernel.meanOfClippedDots(isHalf, 3, blocks, stride, ...at, -0.5, 0.75, out.offset);
    indices.forEach((row, n) => {
      let sum = 0;
      for (let block = 0; block < blocks; block++) {
        let dot = offsets[row * blocks + block];
        for (let k = 0; k < stride; k++) dot += element(row, block, k) * vectors[block * stride + k];
        sum += Math.min(0.75, Math.max(-0.5, dot));
      }
      expect(arena.f32(out)[n]).toBeCloseTo(sum / blocks, 3);
    });
  });

  it("has one column set in every row, and refuses values of the other precision", () => {
    const made = createTable(isHalf);
    fillColumn(made.arena, made.table, 1, width, 1);
    const found = read(made, [0, 6]);
    for (const n of [0, 1]) expect(found[(2 + n) * stride + width]).toBe(1);
    expect(found[width]).toBe(0);
    const { halves, floats } = createValues()[0];
    const values: TableValues = isHalf ? floats : halves;
    expect(() => writeBlock(made.kernel, made.arena, made.table, { block: 0, width, values }, made.scratch)).toThrow(
      `expected values in ${isHalf ? "half" : "single"} precision`,
    );
  });
});

it("a column of rows is read from numbers and from half-precision bits alike", () => {
  const { halves, floats } = createValues()[2];
  const column = Array.from({ length: rows }, (_, row) => floats[row * width + 3]);
  expect([...readColumn(halves, width, 3)]).toEqual(column);
  expect([...readColumn(floats, width, 3)]).toEqual(column);
});

it("dot products of many vectors are those of each", () => {
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const X = randomFloats(6 * stride, 1);
  for (const m of [1, 4, 7]) {
    const Y = randomFloats(m * stride, 2);
    const out = arena.floats(m * 6);
    kernel.dotsOfMany(6, m, stride, arena.copyFloats(X).offset, arena.copyFloats(Y).offset, out.offset);
    for (let i = 0; i < m; i++) {
      for (let k = 0; k < 6; k++) {
        let dot = 0;
        for (let j = 0; j < stride; j++) dot += X[k * stride + j] * Y[i * stride + j];
        expect(arena.f32(out)[i * 6 + k]).toBeCloseTo(dot, 5);
      }
    }
  }
});
