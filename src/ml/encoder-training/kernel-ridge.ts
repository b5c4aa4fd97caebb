/** Kernel ridge regression: W = (K + λI)⁻¹ T, through a Cholesky factor. */
import { AppError } from "../../errors.js";
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena } from "../linalg/kernels.js";
import { addDiagonal } from "../linalg/normal-equations.js";

/**
 * @param kernel row-major, n × n, symmetric: the similarity of each pair of the n examples
 * @param targets row-major, n × outputs
 * @param regularization λ, above 0
 * @returns weights, row-major, n × outputs: a prediction is their sum, each times the similarity to its example
 * @throws {RangeError} if a length does not fit
 * @throws {AppError} TRAINING_FAILED where K + λI is not positive definite
 */
export function solveKernelRidge(
  kernel: Float32Array,
  n: number,
  targets: Float32Array,
  regularization: number,
): Float32Array {
  const outputs = targets.length / n;
  if (kernel.length !== n * n || !Number.isInteger(outputs) || !(regularization > 0)) {
    throw new RangeError(
      `expected a kernel of ${n} × ${n}, targets of ${n} rows and a regularization above 0, ` +
        `received ${kernel.length}, ${targets.length} and ${regularization}`,
    );
  }
  const dense = createDenseKernel();
  const arena = new Arena(dense.memory);
  const stride = toStride(n);
  const A = arena.floats(stride * stride);
  const column = arena.floats(stride);
  const matrix = arena.f32(A);
  for (let i = 0; i < n; i++) matrix.set(kernel.subarray(i * n, (i + 1) * n), i * stride);
  addDiagonal(matrix, stride, n, regularization);
  if (dense.cholesky(stride, A.offset) !== 0) {
    throw new AppError("TRAINING_FAILED", `expected a larger regularization than ${regularization}`);
  }
  const x = arena.f32(column);
  const weights = new Float32Array(n * outputs);
  for (let c = 0; c < outputs; c++) {
    x.fill(0);
    for (let i = 0; i < n; i++) x[i] = targets[i * outputs + c];
    dense.solve(stride, A.offset, column.offset);
    for (let i = 0; i < n; i++) weights[i * outputs + c] = x[i];
  }
  return weights;
}
