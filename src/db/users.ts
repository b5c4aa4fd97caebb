/** Users of the data set, by id and page by page. */
import { and, asc, count, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { firstOwnId, type UserId } from "../ids.js";
import { type Keyed, type KeyPage, keysetOf } from "./keyset.js";
import type { Database } from "./open.js";
import { getSetting, setSetting } from "./settings.js";
import { users } from "./tables.js";

export type User = typeof users.$inferSelect;

export interface UserFilter {
  gender?: string;
  ageGroup?: number;
  occupation?: string;
}

/** Which users' demographics may be read: by where they are from, and one beside. */
export interface ReadableUsers {
  imported: boolean;
  created: boolean;
  own: UserId | null;
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

/** A page of the users that match. What they are filtered by, only of those who may be read: a filter tells as much as a field. */
export function listUsers(db: Database, filter: UserFilter, readable: ReadableUsers, page: KeyPage): Keyed<User>[] {
  const value = sql<number>`${users.id}`;
  const { where, orderBy } = keysetOf(value, value, false, page);
  return db.orm
    .select({ node: users, value })
    .from(users)
    .where(and(matches(filter, readable), where))
    .orderBy(...orderBy)
    .limit(page.limit)
    .all();
}

export function countUsers(db: Database, filter: UserFilter = {}, readable?: ReadableUsers): number {
  const where = readable && matches(filter, readable);
  return db.orm.select({ n: count() }).from(users).where(where).get()?.n ?? 0;
}

function matches({ gender, ageGroup, occupation }: UserFilter, readable: ReadableUsers): SQL | undefined {
  const conditions = [
    gender === undefined ? undefined : sql`${users.gender} = ${gender}`,
    ageGroup === undefined ? undefined : eq(users.ageGroup, ageGroup),
    occupation === undefined ? undefined : eq(users.occupation, occupation),
  ].filter((condition) => condition !== undefined);
  if (conditions.length === 0) return undefined;
  const mayRead = [
    readable.imported ? eq(users.source, "import") : undefined,
    readable.created ? eq(users.source, "api") : undefined,
    readable.own === null ? undefined : eq(users.id, readable.own),
  ].filter((condition) => condition !== undefined);
  return and(...conditions, mayRead.length === 0 ? sql`0` : or(...mayRead));
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

export function userByExternalId(db: Database, externalId: string): User | undefined {
  return db.orm.select().from(users).where(eq(users.externalId, externalId)).get();
}

/** Adds a user under the next number of the API's own. Call inside `write`. */
export function addUser(db: Database, user: Omit<typeof users.$inferInsert, "id" | "source" | "edited">): User {
  const id = takeOwnId(db, "users") as UserId;
  return db.orm
    .insert(users)
    .values({ ...user, id, source: "api" })
    .returning()
    .get();
}

/** Call inside `write`. @returns undefined where there is no such user */
export function updateUser(db: Database, id: UserId, values: Partial<User>): User | undefined {
  return db.orm
    .update(users)
    .set({ ...values, edited: true })
    .where(eq(users.id, id))
    .returning()
    .get();
}

/** With their ratings and tokens. Call inside `write`. @returns whether there was such a user */
export function deleteUser(db: Database, id: UserId): boolean {
  return db.orm.delete(users).where(eq(users.id, id)).run().changes > 0;
}

/** The next number of the API's own, which nobody has had before: a number names one person for good. Call inside `write`. */
export function takeOwnId(db: Database, table: "users" | "movies"): number {
  const key = table === "users" ? "lastUserId" : "lastMovieId";
  const id = Math.max(Number(getSetting(db, key) ?? 0) + 1, firstOwnId);
  setSetting(db, key, String(id));
  return id;
}
