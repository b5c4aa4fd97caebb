/** The inner loops of the Gibbs sampler in WebAssembly (`kernels/gibbs.ts`); arguments are byte offsets in its memory. */

export interface GibbsKernel {
  statistics(
    rows: number,
    indptr: number,
    indices: number,
    e: number,
    block: number,
    weighted: number,
    scales: number,
    s: number,
    t: number,
  ): void;
  rescale(rows: number, x: number, s: number, t: number): void;
  addScaled(rows: number, x: number, change: number, own: number): void;
  sampleGroup(
    features: number,
    indptr: number,
    entities: number,
    s: number,
    t: number,
    change: number,
    v: number,
    lambda: number,
    mu: number,
  ): void;
  subtractProducts(rows: number, indptr: number, indices: number, rowBlock: number, gathered: number, e: number): void;
  weightedSquares(rows: number, indptr: number, indices: number, e: number, weights: number, out: number): void;
  weightedSums(
    rows: number,
    indptr: number,
    indices: number,
    e: number,
    weights: number,
    out: number,
    weightSums: number,
  ): void;
  shift(n: number, e: number, change: number): void;
  weigh(rows: number, block: number, weights: number, out: number): void;
  addProducts(
    pairs: number,
    rowIndices: number,
    columnIndices: number,
    rowBlock: number,
    gathered: number,
    out: number,
  ): void;
  seed(low: number, high: number): void;
  uniform(): number;
  normal(): number;
}

/** A Gamma(shape, 1) number, by Marsaglia and Tsang; shape at least 1/2. */
export function drawGamma(kernel: GibbsKernel, shape: number): number {
  if (shape < 1) return drawGamma(kernel, shape + 1) * (1 - kernel.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = kernel.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - kernel.uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}
