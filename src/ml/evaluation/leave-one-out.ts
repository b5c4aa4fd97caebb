/** Leave-one-out evaluation: one rating of each user is ranked among movies that the user has not rated. */
import { mulberry32, type Random } from "../../random.js";
import type { TrainingSet } from "../data/training-set.js";

export interface LeftOut {
  /** Row of the rating that is left out. */
  row: number;
  /** Indices of the movies that it is ranked among. */
  negatives: number[];
}

const negativesPerUser = 99;

/**
 * One rating of each user, the latest where there are times, else a random one, and 99 random movies that anybody rated
 * and the user did not. Users for whom there is not enough are left out.
 */
export function drawLeaveOneOut({ users, movies, ratings }: TrainingSet, seed: number): LeftOut[] {
  const random = mulberry32(seed);
  const rowsByUser = new Map<number, number[]>();
  ratings.userIds.forEach((id, row) => {
    const rows = rowsByUser.get(id);
    if (rows === undefined) rowsByUser.set(id, [row]);
    else rows.push(row);
  });
  const itemIndex = new Map<number, number>(movies.map(({ id }, index) => [id, index]));
  const rated = new Set(ratings.movieIds);
  const ratedItems = movies.flatMap(({ id }, index) => (rated.has(id) ? [index] : []));
  const cases: LeftOut[] = [];
  for (const { id } of users) {
    const rows = rowsByUser.get(id) ?? [];
    if (rows.length < 2) continue;
    const own = new Set(rows.map((row) => itemIndex.get(ratings.movieIds[row]) as number));
    if (ratedItems.length - own.size < negativesPerUser) continue;
    cases.push({ row: latestOrRandom(rows, ratings.ratedAt, random), negatives: drawOthers(ratedItems, own, random) });
  }
  return cases;
}

function latestOrRandom(rows: readonly number[], ratedAt: Float64Array | undefined, random: Random): number {
  const latest = rows.reduce((best, row) => ((ratedAt?.[row] ?? 0) > (ratedAt?.[best] ?? 0) ? row : best));
  return (ratedAt?.[latest] ?? 0) > 0 ? latest : rows[Math.floor(random() * rows.length)];
}

function drawOthers(ratedItems: readonly number[], own: ReadonlySet<number>, random: Random): number[] {
  const drawn = new Set<number>();
  while (drawn.size < negativesPerUser) {
    const index = ratedItems[Math.floor(random() * ratedItems.length)];
    if (!own.has(index)) drawn.add(index);
  }
  return [...drawn];
}
