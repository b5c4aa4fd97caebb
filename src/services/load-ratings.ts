/** Loads many users' ratings in small batches, yielding to the event loop in between. */

import { createYield } from "../event-loop.js";
import type { UserId } from "../ids.js";
import type { UserRatings } from "../model-inputs.js";
import type { Store } from "../store/store.js";

/** The first users may have many ratings; after them users with a usual number of ratings. */
const [firstUsers, maxUsersPerStep] = [2, 10];
const rowsPerStep = 1500;

/** All ratings of each user, in the order of the ids, read in steps that yield to the event loop in between. */
export async function loadRatings(store: Pick<Store, "ratings">, ids: readonly UserId[]): Promise<UserRatings[]> {
  const pause = createYield();
  const ratings: UserRatings[] = [];
  // Some users rate far more than others: the next ones are expected to rate as much as those before.
  for (let users = firstUsers; ratings.length < ids.length; ) {
    if (ratings.length > 0) await pause();
    const read = await store.ratings.ofUsers(ids.slice(ratings.length, ratings.length + users));
    const rows = read.reduce((sum, { stars }) => sum + stars.length, 0);
    users = Math.max(1, Math.min(maxUsersPerStep, Math.floor((rowsPerStep * read.length) / Math.max(1, rows))));
    ratings.push(...read);
  }
  return ratings;
}
