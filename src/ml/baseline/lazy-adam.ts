/**
 * Adam (Kingma & Ba 2015) over a table of rows of which a step touches few.
 * Dense Adam moves every row at every step, since old gradients live on in its moments; "sparse" variants drop that
 * and so learn rare rows much slower. Here a row catches up on the steps it missed when it is next needed, all at once:
 * without new gradients both moments only shrink, so that the missed steps add up to one factor.
 */

const beta1 = 0.9;
const beta2 = 0.999;
const rootBeta2 = Math.sqrt(beta2);
const epsilon = 1e-8;
// After this many steps without a gradient a moment has shrunk by 0.9^200 < 1e-9 and no longer moves anything.
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

  // By step: learning rate over the first moment's bias correction, root of the second's. They grow with the steps.
  const rates = [0];
  const roots = [0];
  function prepare(step: number): void {
    for (let t = rates.length; t <= step; t++) {
      rates.push(learningRate / (1 - beta1 ** t));
      roots.push(Math.sqrt(1 / (1 - beta2 ** t)));
    }
  }

  function catchUp(row: number, step: number): void {
    const last = doneUpTo[row];
    if (last >= step) return;
    doneUpTo[row] = step;
    if (last === 0) return; // No gradient yet: both moments are zero.
    prepare(step);
    // Missed step j moves a value by rate · m β1^j / (√v β2^(j/2) · root + ε); only the factors beside m and √v change.
    const until = Math.min(step, last + longestCatchUp);
    let moved = 0;
    let m = 1;
    let rootV = 1;
    for (let t = last + 1; t <= until; t++) {
      m *= beta1;
      rootV *= rootBeta2;
      moved += (rates[t] * m) / (rootV * roots[t]);
    }
    // ε is relative to √v · root, whose factor hardly changes while m still moves anything: the first step's stands for all.
    const relativeEpsilon = epsilon / (rootBeta2 * roots[last + 1]);
    const firstShrinks = beta1 ** (step - last);
    const secondShrinks = beta2 ** (step - last);
    for (let i = row * width; i < (row + 1) * width; i++) {
      table[i] -= (moved * first[i]) / (Math.sqrt(second[i]) + relativeEpsilon);
      first[i] *= firstShrinks;
      second[i] *= secondShrinks;
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
