/**
 * Fallback rows of the baseline for unseen users, movies and labels: each table gets one more row, the mean of its
 * trained rows; untrained rows (of unrated movies, say) hold initial noise and are never used.
 */
import { type BaselineWeights, countRows, embeddingSize, type FeatureName, features } from "./baseline-weights.js";

/** For each table, whether a row was trained: 1 or 0. */
export type TrainedRows = Record<FeatureName, Uint8Array>;

/**
 * @param trained one flag per row of each table
 * @returns the same weights, each table one row longer; a table without a trained row gets zeros
 * @throws {RangeError} if a list of flags is not as long as its table
 */
export function withFallbackRows(weights: BaselineWeights, trained: TrainedRows): BaselineWeights {
  const tables = {} as Record<FeatureName, Float32Array>;
  for (const { name } of features) tables[name] = appendMeanRow(weights.tables[name], trained[name], name);
  return { tables, dense: weights.dense };
}

/**
 * Puts a table's fallback row, its last, in the place of every untrained row: of genres that only unrated movies have.
 * @param table as `withFallbackRows` made it; changed in place
 */
export function overwriteUntrained(table: Float32Array, trained: Uint8Array): void {
  const fallback = table.length - embeddingSize;
  trained.forEach((flag, row) => {
    if (flag === 0) table.copyWithin(row * embeddingSize, fallback);
  });
}

function appendMeanRow(table: Float32Array, trained: Uint8Array, name: string): Float32Array {
  const rows = countRows(table);
  if (trained.length !== rows) {
    throw new RangeError(`expected ${rows} flags for the ${name} table, received ${trained.length}`);
  }
  const longer = new Float32Array(table.length + embeddingSize);
  longer.set(table);
  // Summed in float64: a float32 accumulator would lose digits over thousands of rows.
  const sum = new Float64Array(embeddingSize);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (trained[row] === 0) continue;
    count++;
    for (let k = 0; k < embeddingSize; k++) sum[k] += table[row * embeddingSize + k];
  }
  if (count > 0) for (let k = 0; k < embeddingSize; k++) longer[table.length + k] = sum[k] / count;
  return longer;
}
