/** Converts a data set for the factor models: ratings by user and by item, and the features of both sides. */

import { createLabelRows, type LabelLists } from "../data/labels.js";
import { orderByRow, type SparseRows, sparseRows, transposed } from "../data/rating-matrix.js";
import type { TrainingSet } from "../data/training-set.js";
import type { ChainData } from "./bayes-chain.js";
import type { Drift } from "./bayes-drift.js";
import { idGroup, implicitGroup, labelGroup } from "./bayes-features.js";

/** Ratings by dense rows: users and movies in the order of the data set. */
export interface DenseRatings {
  userIndices: Int32Array;
  itemIndices: Int32Array;
  stars: Float32Array;
}

/** @throws {RangeError} if a rating is of a user or movie that the data set lacks */
export function denseRatings({ users, movies, ratings }: TrainingSet): DenseRatings {
  const userIndex = new Map<number, number>(users.map(({ id }, index) => [id, index]));
  const itemIndex = new Map<number, number>(movies.map(({ id }, index) => [id, index]));
  const getIndex = (indexById: Map<number, number>, id: number, what: string) => {
    const index = indexById.get(id);
    if (index === undefined) throw new RangeError(`expected the ${what} of every rating, received ${id}`);
    return index;
  };
  return {
    userIndices: ratings.userIds.map((id) => getIndex(userIndex, id, "user")),
    itemIndices: ratings.movieIds.map((id) => getIndex(itemIndex, id, "movie")),
    stars: ratings.stars,
  };
}

/** When ratings were given, by user as `userItems` orders them; undefined where the data set does not say. */
export function userTimes(
  { users, ratings: { ratedAt } }: TrainingSet,
  { userIndices }: DenseRatings,
  rows: Int32Array,
): Float64Array | undefined {
  if (ratedAt === undefined) return undefined;
  const { order } = orderByRow(
    users.length,
    rows.map((row) => userIndices[row]),
  );
  return Float64Array.from(order, (k) => ratedAt[rows[k]]);
}

/** Some of the ratings by user; within each user in the order of `rows`. */
export function userItems(data: TrainingSet, dense: DenseRatings, rows: Int32Array): SparseRows {
  return sparseRows(
    data.users.length,
    data.movies.length,
    rows.map((row) => dense.userIndices[row]),
    rows.map((row) => dense.itemIndices[row]),
    Float32Array.from(rows, (row) => dense.stars[row]),
  );
}

/** What a chain samples from: `byUser` and the labels of the lists, and what depends on times where they are known. */
export function chainData(
  { users, movies }: TrainingSet,
  byUser: SparseRows,
  lists: LabelLists,
  drift?: Drift,
): ChainData {
  const byItem = transposed(byUser);
  const { groups } = createLabelRows(lists);
  return {
    users: {
      ratings: byUser,
      groups: [
        idGroup(users.length),
        implicitGroup(byUser, byItem),
        labelGroup("gender", lists.genders.length, users.map(groups.gender)),
        labelGroup("ageGroup", lists.ageGroups.length, users.map(groups.ageGroup)),
        labelGroup("occupation", lists.occupations.length, users.map(groups.occupation)),
      ],
    },
    items: {
      ratings: byItem,
      groups: [
        idGroup(movies.length),
        implicitGroup(byItem, byUser),
        labelGroup("genre", lists.genres.length, movies.map(groups.genre)),
        labelGroup("year", lists.years.bins, movies.map(groups.year)),
      ],
    },
    drift,
  };
}
