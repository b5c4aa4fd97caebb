/**
 * Adam (Kingma & Ba 2015) over a table of rows of which a step touches few.
 * Dense Adam moves every row at every step, since old gradients live on in its moments; "sparse" variants drop that
 * and so learn rare rows thirty times slower. Here a row catches up on the steps it missed when it is next needed:
 * the same result as dense Adam, at the cost of the rows that are touched.
 */

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;
// After so many steps without a gradient a moment has shrunk by 0.9^200 < 1e-9, and moves nothing more.
const longestCatchUp = 200;

export interface LazyAdam {
  /** Brings a row to where dense Adam has it after `step` steps (from 1), its gradients since last time zero. */
  catchUp(row: number, step: number): void;
  /** Takes one step with a gradient. The row must be caught up to `step` − 1. */
  apply(row: number, step: number, gradient: Float32Array, gradientOffset: number): void;
  /** Catches every row up. */
  flush(step: number): void;
}

/**
 * @param table row-major, rows × width; changed in place
 * @throws {RangeError} if table.length is no multiple of width
 */
export function createLazyAdam(table: Float32Array, width: number, learningRate: number): LazyAdam {
  if (table.length % width !== 0)
    throw new RangeError(`expected a multiple of ${width} values, received ${table.length}`);
  const rows = table.length / width;
  const first = new Float32Array(table.length);
  const second = new Float32Array(table.length);
  const doneUpTo = new Int32Array(rows);

  function catchUp(row: number, step: number): void {
    const last = doneUpTo[row];
    if (last >= step) return;
    doneUpTo[row] = step;
    if (last === 0) return; // No gradient yet: both moments are zero.
    const from = row * width;
    const until = Math.min(step, last + longestCatchUp);
    for (let s = last + 1; s <= until; s++) {
      const rate = learningRate / (1 - beta1 ** s);
      const correction = 1 / (1 - beta2 ** s);
      for (let i = from; i < from + width; i++) {
        first[i] *= beta1;
        second[i] *= beta2;
        table[i] -= (rate * first[i]) / (Math.sqrt(second[i] * correction) + epsilon);
      }
    }
    if (until === step) return;
    const m = beta1 ** (step - until);
    const v = beta2 ** (step - until);
    for (let i = from; i < from + width; i++) {
      first[i] *= m;
      second[i] *= v;
    }
  }

  function apply(row: number, step: number, gradient: Float32Array, gradientOffset: number): void {
    doneUpTo[row] = step;
    const from = row * width;
    const rate = learningRate / (1 - beta1 ** step);
    const correction = 1 / (1 - beta2 ** step);
    for (let i = 0; i < width; i++) {
      const g = gradient[gradientOffset + i];
      const m = beta1 * first[from + i] + (1 - beta1) * g;
      const v = beta2 * second[from + i] + (1 - beta2) * g * g;
      first[from + i] = m;
      second[from + i] = v;
      table[from + i] -= (rate * m) / (Math.sqrt(v * correction) + epsilon);
    }
  }

  return {
    catchUp,
    apply,
    flush: (step) => {
      for (let row = 0; row < rows; row++) catchUp(row, step);
    },
  };
}
