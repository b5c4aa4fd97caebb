/** Quality of ranked lists, given the items that a user turned out to like. Each metric states its denominator. */

/**
 * Whether any relevant item is among the first k: 1 or 0.
 * @param ranked item rows, best first, no repeats; a short list counts as misses
 */
export function hitAtK(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  checkRelevant(relevant);
  for (let rank = 0; rank < Math.min(k, ranked.length); rank++) if (relevant.has(ranked[rank])) return 1;
  return 0;
}

/** Relevant items among the first k, divided by min(k, how many are relevant). */
export function recallAtK(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  checkRelevant(relevant);
  let hits = 0;
  for (let rank = 0; rank < Math.min(k, ranked.length); rank++) if (relevant.has(ranked[rank])) hits++;
  return hits / Math.min(k, relevant.size);
}

/** Σ 1/log2(rank + 1) over the relevant items among the first k (ranks from 1), divided by the same of a perfect list. */
export function ndcgAtK(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  checkRelevant(relevant);
  let gain = 0;
  let ideal = 0;
  for (let rank = 0; rank < k; rank++) {
    const weight = 1 / Math.log2(rank + 2);
    if (rank < ranked.length && relevant.has(ranked[rank])) gain += weight;
    if (rank < relevant.size) ideal += weight;
  }
  return gain / ideal;
}

/** Average precision at k: precisions at the ranks of relevant items, summed, divided by min(k, how many are relevant). */
export function averagePrecisionAtK(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  checkRelevant(relevant);
  let hits = 0;
  let sum = 0;
  for (let rank = 0; rank < Math.min(k, ranked.length); rank++) {
    if (relevant.has(ranked[rank])) sum += ++hits / (rank + 1);
  }
  return sum / Math.min(k, relevant.size);
}

/**
 * The Gini coefficient of how often items are recommended, in 0..1: 0 when all equally often, near 1 when few get all.
 * @param counts recommendations of each item of the catalogue
 */
export function gini(counts: ArrayLike<number>): number {
  const sorted = Float64Array.from(counts).sort();
  let weighted = 0;
  let total = 0;
  sorted.forEach((count, i) => {
    weighted += (i + 1) * count;
    total += count;
  });
  return total === 0 ? 0 : (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}

/** Mean of −log2(share of users who rated the item) over recommendations, in bits: the higher, the less expected. */
export function novelty(recommended: ArrayLike<number>, ratedBy: ArrayLike<number>, users: number): number {
  let sum = 0;
  // An item that nobody rated counts as rated by one: its surprise would be infinite.
  for (let k = 0; k < recommended.length; k++) sum -= Math.log2(Math.max(1, ratedBy[recommended[k]]) / users);
  return recommended.length === 0 ? 0 : sum / recommended.length;
}

function checkRelevant(relevant: ReadonlySet<number>): void {
  if (relevant.size === 0)
    throw new RangeError("expected at least one relevant item: the caller decides who is skipped");
}
