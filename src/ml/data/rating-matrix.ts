/** Ratings as a sparse matrix, by users or by items. */

/** Compressed rows (CSR): row r holds entries indptr[r] to indptr[r + 1] − 1. */
export interface SparseRows {
  rows: number;
  columns: number;
  indptr: Int32Array;
  /** Column of each entry, ascending within a row when the input was in that order. */
  indices: Int32Array;
  data: Float32Array;
}

/**
 * Groups entries by row, keeping their order within each.
 * @param rowIndices, columnIndices, values parallel arrays, one element an entry
 * @throws {RangeError} if their lengths differ or a row is out of range
 */
export function sparseRows(
  rows: number,
  columns: number,
  rowIndices: Int32Array,
  columnIndices: Int32Array,
  values: Float32Array,
): SparseRows {
  if (rowIndices.length !== columnIndices.length || rowIndices.length !== values.length) {
    throw new RangeError(
      `expected parallel arrays, received ${rowIndices.length} rows, ${columnIndices.length} columns, ${values.length} values`,
    );
  }
  const { indptr, order } = orderByRow(rows, rowIndices);
  const indices = new Int32Array(rowIndices.length);
  const sorted = new Float32Array(rowIndices.length);
  for (let k = 0; k < order.length; k++) {
    indices[k] = columnIndices[order[k]];
    sorted[k] = values[order[k]];
  }
  return { rows, columns, indptr, indices, data: sorted };
}

/**
 * Entries grouped by row, keeping their order within each: row r has entries order[indptr[r]] to
 * order[indptr[r + 1] − 1].
 * @throws {RangeError} if a row is out of range
 */
export function orderByRow(rows: number, rowIndices: Int32Array): { indptr: Int32Array; order: Int32Array } {
  const indptr = new Int32Array(rows + 1);
  for (let k = 0; k < rowIndices.length; k++) {
    if (!(rowIndices[k] >= 0 && rowIndices[k] < rows))
      throw new RangeError(`expected rows from 0 to ${rows - 1}, received ${rowIndices[k]}`);
    indptr[rowIndices[k] + 1]++;
  }
  for (let r = 0; r < rows; r++) indptr[r + 1] += indptr[r];
  const next = indptr.slice();
  const order = new Int32Array(rowIndices.length);
  for (let k = 0; k < rowIndices.length; k++) order[next[rowIndices[k]]++] = k;
  return { indptr, order };
}

/** The same entries by column; within each, rows ascend. */
export function transposed({ rows, columns, indptr, indices, data }: SparseRows): SparseRows {
  const rowIndices = new Int32Array(indices.length);
  for (let r = 0; r < rows; r++) rowIndices.fill(r, indptr[r], indptr[r + 1]);
  return sparseRows(columns, rows, indices, rowIndices, data);
}

/** Entries of the longest row of these matrices, at least 1. */
export function maxRowLength(matrices: readonly SparseRows[]): number {
  let longest = 1;
  for (const { rows, indptr } of matrices) {
    for (let row = 0; row < rows; row++) longest = Math.max(longest, indptr[row + 1] - indptr[row]);
  }
  return longest;
}
