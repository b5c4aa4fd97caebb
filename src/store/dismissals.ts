/** Movies that users do not want recommended. */
import type { MovieId, UserId } from "../ids.js";
import type { Keyed, KeyPage } from "./paging.js";

export interface Dismissal {
  /** Grows in the order of time. */
  id: number;
  userId: UserId;
  movieId: MovieId;
  /** Unix seconds. */
  dismissedAt: number;
}

export interface DismissalStore {
  /** The movies that each user dismissed, in the order of the ids. */
  moviesOfUsers(ids: readonly UserId[]): Promise<Int32Array[]>;
  /** The same page of each user's dismissals, the latest first, in the order of the ids. */
  listOfUsers(ids: readonly UserId[], page: KeyPage): Promise<Keyed<Dismissal>[][]>;
  /** The number of each user's dismissals, in the order of the ids. */
  countOfUsers(ids: readonly UserId[]): Promise<number[]>;
  /**
   * Dismisses a movie; one that was dismissed before keeps its time.
   * @param dismissedAt Unix seconds
   * @returns the dismissal, or what does not exist
   */
  add(userId: UserId, movieId: MovieId, dismissedAt: number): Promise<Dismissal | "no such user" | "no such movie">;
  /** @returns the dismissal that was there, or undefined */
  delete(userId: UserId, movieId: MovieId): Promise<Dismissal | undefined>;
}
