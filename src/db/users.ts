/** Users of the data set, by id and page by page. */
import { and, asc, count, desc, eq, gt, inArray, lt } from "drizzle-orm";
import type { UserId } from "../ids.js";
import type { Database } from "./open.js";
import { users } from "./tables.js";

export type User = typeof users.$inferSelect;

/** A page of a list that is ordered by id: `limit` rows beyond `after` and before `before`. */
export interface IdPage<Id> {
  after?: Id;
  before?: Id;
  limit: number;
  /** Descending: the last rows of the range instead of the first. */
  inverted?: boolean;
}

/** Users by id, in the order asked; undefined where there is none. */
export function usersByIds(db: Database, ids: readonly UserId[]): (User | undefined)[] {
  const rows = db.orm
    .select()
    .from(users)
    .where(inArray(users.id, [...new Set(ids)]))
    .all();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

export function listUsers(db: Database, page: IdPage<UserId>): User[] {
  return db.orm
    .select()
    .from(users)
    .where(
      and(
        page.after === undefined ? undefined : gt(users.id, page.after),
        page.before === undefined ? undefined : lt(users.id, page.before),
      ),
    )
    .orderBy(page.inverted ? desc(users.id) : asc(users.id))
    .limit(page.limit)
    .all();
}

export function countUsers(db: Database): number {
  return db.orm.select({ n: count() }).from(users).get()?.n ?? 0;
}

/** Every user, in order of id. */
export function allUsers(db: Database): User[] {
  return db.orm.select().from(users).orderBy(asc(users.id)).all();
}

/** The user at a 0-based place in order of id; how a random user is drawn. */
export function userAt(db: Database, offset: number): User | undefined {
  return db.orm.select().from(users).orderBy(asc(users.id)).limit(1).offset(offset).get();
}

/** Users of a gender and age group, by number, the first 20,000; null stands for any. */
export function userIdsLike(db: Database, { gender, ageGroup }: Pick<User, "gender" | "ageGroup">): UserId[] {
  return db.orm
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        gender === null ? undefined : eq(users.gender, gender),
        ageGroup === null ? undefined : eq(users.ageGroup, ageGroup),
      ),
    )
    .orderBy(asc(users.id))
    .limit(20_000)
    .all()
    .map(({ id }) => id);
}
