/** Loads many users' ratings in small batches, yielding to the event loop in between. */
import type { Database } from "../db/open.js";
import { type RatingsOfUser, ratingsOfUsers } from "../db/ratings.js";
import { createYield } from "../event-loop.js";
import type { UserId } from "../ids.js";

/** Of the first, whose ratings may be many; then of users who rated as much as most. */
const [firstUsers, mostUsersPerStep] = [2, 10];
const rowsPerStep = 1500;

/** All ratings of each user, in the order asked and each user's in the order of import. */
export async function readRatings(db: Database, ids: readonly UserId[]): Promise<RatingsOfUser[]> {
  const pause = createYield();
  const ratings: RatingsOfUser[] = [];
  // Some rate far more than most: who comes next is taken to be as those that came.
  for (let users = firstUsers; ratings.length < ids.length; ) {
    if (ratings.length > 0) await pause();
    const read = ratingsOfUsers(db, ids.slice(ratings.length, ratings.length + users));
    const rows = read.reduce((sum, { stars }) => sum + stars.length, 0);
    users = Math.max(1, Math.min(mostUsersPerStep, Math.floor((rowsPerStep * read.length) / Math.max(1, rows))));
    ratings.push(...read);
  }
  return ratings;
}
