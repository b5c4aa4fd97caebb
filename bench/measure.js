/** Measuring two sides in one run: rounds in alternating order, medians, and the result in the form that every bench prints. */

/**
 * @param {number} count
 * @param {{ ours: () => Promise<number>, yardstick: () => Promise<number> }} sides each measures one round, in any unit
 * @returns the figures of each round
 */
export async function alternate(count, sides) {
  const rounds = { ours: [], yardstick: [] };
  for (let round = 0; round < count; round++) {
    const order = round % 2 === 0 ? ["ours", "yardstick"] : ["yardstick", "ours"];
    for (const side of order) rounds[side].push(await sides[side]());
  }
  return rounds;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The result of a bench whose sides measure a rate: the higher our side, the higher the ratio. */
export function toRateResult(name, unit, target, rounds) {
  const [ours, yardstick] = [median(rounds.ours), median(rounds.yardstick)];
  return { name, unit, ratio: ours / yardstick, ours, yardstick, rounds, target, met: ours / yardstick >= target };
}

/** The result of a bench whose sides measure a time: the lower our side, the lower the ratio. */
export function toTimeResult(name, unit, target, rounds) {
  const [ours, yardstick] = [median(rounds.ours), median(rounds.yardstick)];
  return { name, unit, ratio: ours / yardstick, ours, yardstick, rounds, target, met: ours / yardstick <= target };
}
