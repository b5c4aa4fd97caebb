/** Ratings as a sparse matrix, by users or by items. */

/** Compressed rows (CSR): row r holds entries pointers[r] to pointers[r + 1] − 1. */
export interface SparseRows {
  rows: number;
  columns: number;
  pointers: Int32Array;
  /** Column of each entry, ascending within a row when the input was in that order. */
  indices: Int32Array;
  values: Float32Array;
}

/**
 * Groups entries by row, keeping their order within each.
 * @param rowAt, columnAt, values parallel arrays, one element an entry
 * @throws {RangeError} if their lengths differ or a row is out of range
 */
export function sparseRows(
  rows: number,
  columns: number,
  rowAt: Int32Array,
  columnAt: Int32Array,
  values: Float32Array,
): SparseRows {
  if (rowAt.length !== columnAt.length || rowAt.length !== values.length) {
    throw new RangeError(
      `expected parallel arrays, received ${rowAt.length} rows, ${columnAt.length} columns, ${values.length} values`,
    );
  }
  const { pointers, order } = orderByRow(rows, rowAt);
  const indices = new Int32Array(rowAt.length);
  const sorted = new Float32Array(rowAt.length);
  for (let at = 0; at < order.length; at++) {
    indices[at] = columnAt[order[at]];
    sorted[at] = values[order[at]];
  }
  return { rows, columns, pointers, indices, values: sorted };
}

/**
 * Entries grouped by row, keeping their order within each: row r has entries order[pointers[r]] to
 * order[pointers[r + 1] − 1].
 * @throws {RangeError} if a row is out of range
 */
export function orderByRow(rows: number, rowAt: Int32Array): { pointers: Int32Array; order: Int32Array } {
  const pointers = new Int32Array(rows + 1);
  for (let k = 0; k < rowAt.length; k++) {
    if (!(rowAt[k] >= 0 && rowAt[k] < rows))
      throw new RangeError(`expected rows from 0 to ${rows - 1}, received ${rowAt[k]}`);
    pointers[rowAt[k] + 1]++;
  }
  for (let r = 0; r < rows; r++) pointers[r + 1] += pointers[r];
  const next = pointers.slice();
  const order = new Int32Array(rowAt.length);
  for (let k = 0; k < rowAt.length; k++) order[next[rowAt[k]]++] = k;
  return { pointers, order };
}

/** The same entries by column; within each, rows ascend. */
export function transposed({ rows, columns, pointers, indices, values }: SparseRows): SparseRows {
  const rowAt = new Int32Array(indices.length);
  for (let r = 0; r < rows; r++) rowAt.fill(r, pointers[r], pointers[r + 1]);
  return sparseRows(columns, rows, indices, rowAt, values);
}
