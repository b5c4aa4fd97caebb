/** Users: by id, in pages, and changes to them. */
import type { UserId } from "../ids.js";
import type { Keyed, KeyPage } from "./paging.js";

/** Demographics are null where a data set has none. */
export interface User {
  id: UserId;
  gender: "M" | "F" | null;
  /** Lower bound of the age group, as in MovieLens 1M: 1, 18, 25, 35, 45, 50 or 56. */
  ageGroup: number | null;
  occupation: string | null;
  zipCode: string | null;
  /** What made the user: an import, or `createUser`, whose users are in no published data set. */
  source: "import" | "api";
  /** Whether `updateUser` changed the demographics: a later import leaves them alone. */
  edited: boolean;
  /** The user's name in another system; null for imported users. */
  externalId: string | null;
  /** Grows whenever the user's ratings or demographics change: what was computed from them is then stale. */
  revision: number;
}

export type Demographics = Pick<User, "gender" | "ageGroup" | "occupation" | "zipCode">;

export interface UserFilter {
  gender?: string;
  ageGroup?: number;
  occupation?: string;
}

/** Whose demographics and ratings a viewer may read: by what made the users, and their own. */
export interface ReadableUsers {
  imported: boolean;
  created: boolean;
  own: UserId | null;
}

export interface UserStore {
  /** In the order of the ids; undefined where there is no such user. */
  byIds(ids: readonly UserId[]): Promise<(User | undefined)[]>;
  /** Every user, by id. */
  all(): Promise<User[]>;
  /** A page of the matching users by id. A filter matches readable users only: it tells as much as a field. */
  list(filter: UserFilter, readable: ReadableUsers, page: KeyPage): Promise<Keyed<User>[]>;
  /** The number of matching users, or of all users without a filter. */
  count(filter?: UserFilter, readable?: ReadableUsers): Promise<number>;
  /** The user at an offset from 0, by id; undefined beyond the last. */
  atOffset(offset: number): Promise<User | undefined>;
  /** The lowest and the highest id, or undefined without users. */
  idRange(): Promise<{ lowest: UserId; highest: UserId } | undefined>;
  /** The first 20,000 users of a gender and age group, by id; null stands for any. */
  idsByDemographics(demographics: Pick<User, "gender" | "ageGroup">): Promise<UserId[]>;
  /** The user of an external id; where there is none, it is added under the next id of the API's own, never used before. */
  findOrAdd(externalId: string, demographics: Partial<Demographics>): Promise<User>;
  /** Changes what is given. @returns the user afterwards, or undefined where there is no such user */
  update(id: UserId, demographics: Partial<Demographics>): Promise<User | undefined>;
  /**
   * Deletes a user with all of their ratings and tokens. An import does not bring an imported one back.
   * @returns the number of deleted ratings, or undefined where there is no such user
   */
  delete(id: UserId): Promise<{ ratings: number } | undefined>;
}
