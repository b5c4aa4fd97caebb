/** Many users' ratings, a few users at a time: others are answered in between. */
import type { Database } from "../db/open.js";
import { type RatingsOfUser, ratingsOfUsers } from "../db/ratings.js";
import type { UserId } from "../ids.js";
import { createPause } from "../pause.js";

/** Read at once: a few milliseconds' worth. */
const usersPerStep = 10;

/** All ratings of each user, in the order asked and each user's in the order of import. */
export async function readRatings(db: Database, ids: readonly UserId[]): Promise<RatingsOfUser[]> {
  const pause = createPause();
  const ratings: RatingsOfUser[] = [];
  for (let from = 0; from < ids.length; from += usersPerStep) {
    ratings.push(...ratingsOfUsers(db, ids.slice(from, from + usersPerStep)));
    await pause();
  }
  return ratings;
}
