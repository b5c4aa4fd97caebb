/** The users' or the items' half of a Markov chain's state, laid out in the kernel's memory. */
import type { SparseRows } from "../data/rating-matrix.js";
import type { Arena, Slice } from "../linalg/kernels.js";
import type { FeatureGroup } from "./bayes-features.js";
import type { GibbsKernel } from "./gibbs-kernel.js";

/** The ratings by user or by item, and the features of those. */
export interface SideData {
  ratings: SparseRows;
  groups: readonly FeatureGroup[];
}

export interface ChainMemory {
  kernel: GibbsKernel;
  arena: Arena;
  /** Blocks of four dimensions; the first holds the linear terms. */
  blocks: number;
}

/** A feature group with its coefficients. */
export interface Group {
  name: string;
  features: number;
  indptr: Slice;
  entities: Slice;
  weights?: Slice;
  inverse?: Slice;
  /** One block of features × 4 for the linear terms, then one for each four dimensions. */
  V: Slice[];
  lambda: Float64Array;
  mu: Float64Array;
}

export interface Side {
  rows: number;
  indptr: Slice;
  indices: Slice;
  e: Slice;
  groups: Group[];
  /** The entities' own block of each four dimensions: row-major, rows × 4. */
  blocks: Slice[];
  /** (1, 0, 0, 0) a row: what the other side's linear terms are multiplied by. */
  ones: Slice;
  precision: Slice;
  scales: Slice;
  weighted: Slice;
  S: Slice;
  T: Slice;
  change: Slice;
  old: Slice;
  allOne: Slice;
  sums: Slice;
  weightSums: Slice;
}

/** Dimensions of a block. */
export const width = 4;
/** Precision of the three dimensions that the linear terms' block has to spare: they stay at zero. */
const spareLambda = 1e12;

/** Lays out one side and draws its first V. */
export function createSide(memory: ChainMemory, { ratings, groups }: SideData, deviation: number): Side {
  const { arena, blocks } = memory;
  const { rows } = ratings;
  const filled = (length: number, value: number) => {
    const slice = arena.floats(length);
    arena.f32(slice).fill(value);
    return slice;
  };
  const ones = arena.floats(rows * width);
  const side: Side = {
    rows,
    indptr: arena.copyInts(ratings.indptr),
    indices: arena.copyInts(ratings.indices),
    e: arena.copyFloats(ratings.data),
    groups: groups.map((group) => createGroup(memory, group, deviation)),
    blocks: Array.from({ length: blocks }, () => arena.floats(rows * width)),
    ones,
    precision: filled(rows, 1),
    scales: arena.floats(rows),
    weighted: arena.floats(rows * width),
    S: arena.floats(rows * width),
    T: arena.floats(rows * width * width),
    change: arena.floats(rows * width),
    old: arena.floats(rows * width),
    allOne: filled(rows, 1),
    sums: arena.doubles(rows),
    weightSums: arena.doubles(rows),
  };
  const view = arena.f32(ones);
  for (let row = 0; row < rows; row++) view[row * width] = 1;
  for (let block = 0; block < blocks; block++) {
    for (const group of side.groups) addFeatures(memory, side, group, block);
  }
  return side;
}

function createGroup(
  { arena, kernel, blocks }: ChainMemory,
  { name, features, indptr, entities, weights }: FeatureGroup,
  deviation: number,
): Group {
  const sd = name === "id" ? deviation : deviation * 0.3;
  const group: Group = {
    name,
    features,
    indptr: arena.copyInts(indptr),
    entities: arena.copyInts(entities),
    weights: weights && arena.copyFloats(weights),
    inverse: weights && arena.copyFloats(weights.map((weight) => (weight === 0 ? 0 : 1 / weight))),
    V: Array.from({ length: blocks }, () => arena.floats(features * width)),
    lambda: new Float64Array(blocks * width).fill(100).fill(spareLambda, 0, width),
    mu: new Float64Array(blocks * width),
  };
  group.lambda[0] = 10;
  group.V.forEach((slice, block) => {
    const view = arena.f32(slice);
    for (let k = 0; k < view.length; k++) if (block > 0 || k % width === 0) view[k] = sd * kernel.normal();
  });
  return group;
}

/** Adds what a group's features give to the entities' own block. */
function addFeatures({ arena, kernel }: ChainMemory, side: Side, group: Group, block: number): void {
  const change = arena.f32(side.change).fill(0);
  const V = arena.f32(group.V[block]);
  const indptr = arena.i32(group.indptr);
  const entities = arena.i32(group.entities);
  for (let feature = 0; feature < group.features; feature++) {
    for (let entry = indptr[feature]; entry < indptr[feature + 1]; entry++) {
      for (let k = 0; k < width; k++) change[entities[entry] * width + k] += V[feature * width + k];
    }
  }
  kernel.addScaled(side.rows, (group.weights ?? side.allOne).offset, side.change.offset, side.blocks[block].offset);
}
