/** Seeded random numbers: the same seed gives the same numbers on every machine. */

/** Uniform numbers in [0, 1), the same for the same seed everywhere. Its period is about 2³², ample for a demo. */
export type Random = () => number;

/**
 * The mulberry32 generator (Tommy Ettinger, public domain).
 * @param seed any integer; only its low 32 bits count
 */
export function mulberry32(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One standard normal number, by Box and Muller; two draws of `random` each. */
export function gaussian(random: Random): number {
  // 1 − u is in (0, 1], so the logarithm is finite
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `length` independent normal numbers with mean 0. */
export function gaussians(random: Random, length: number, deviation: number): Float64Array {
  return Float64Array.from({ length }, () => deviation * gaussian(random));
}

/** One exponential number, at least 0. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/**
 * One standard Gumbel number. Adding one to each log weight and keeping the n largest sums
 * draws n things without replacement, with chances proportional to their weights.
 */
export function gumbel(random: Random): number {
  // u + 2⁻³³ is in (0, 1), so both logarithms are finite
  return -Math.log(-Math.log(random() + 2 ** -33));
}

/**
 * An index drawn with a chance proportional to its weight.
 * @param weights not negative
 * @throws {RangeError} unless their sum is above 0
 */
export function pickWeighted(random: Random, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError(`expected weights with a sum above 0, received a sum of ${total}`);
  let left = random() * total;
  let last = 0;
  for (let index = 0; index < weights.length; index++) {
    if (weights[index] === 0) continue;
    last = index;
    left -= weights[index];
    if (left < 0) break;
  }
  return last;
}

/** Shuffles `items` in place, every order equally likely (Fisher and Yates). */
export function shuffle(random: Random, items: number[] | Int32Array): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = items[last];
    items[last] = items[other];
    items[other] = held;
  }
}

/** The numbers 0 to n − 1 in a random order. */
export function permutation(n: number, random: Random): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  shuffle(random, order);
  return order;
}
