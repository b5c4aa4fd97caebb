/** Users in SQLite. */
import { asc, count, eq, max, min, sql } from "drizzle-orm";
import type { UserId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type { Keyed } from "../paging.js";
import type { ReadableUsers, User, UserFilter, UserStore } from "../users.js";
import type { Database } from "./database.js";
import { createDeletions } from "./deletions.js";
import { createIdCounter } from "./own-ids.js";
import { createCounter } from "./settings.js";
import { createParameters, createStatements, type Parameters, toKeyset, toWhere } from "./statements.js";
import { ratings, users } from "./tables.js";
import { write } from "./transaction.js";

const maxByDemographics = 20_000;

export function createUserStore(db: Database, feed: ChangeFeed): UserStore {
  const { orm, sqlite } = db;
  const statements = createStatements(db);
  const nextId = createIdCounter(db, "users");
  const deletions = createDeletions(db);
  const countRatingChange = createCounter(db, "ratingsRevision");
  const byIds = orm
    .select()
    .from(users)
    .where(sql`${users.id} IN (SELECT value FROM json_each(${sql.placeholder("ids")}))`)
    .prepare();
  // Most requests ask for one user.
  const byId = sqlite.prepare(`SELECT ${columns} FROM users WHERE id = ?`);
  const all = orm.select().from(users).orderBy(asc(users.id)).prepare();
  const countAll = orm.select({ n: count() }).from(users).prepare();
  const atOffset = orm.select().from(users).orderBy(asc(users.id)).limit(1).offset(sql.placeholder("offset")).prepare();
  const idRange = orm
    .select({ lowest: min(users.id), highest: max(users.id) })
    .from(users)
    .prepare();
  const idsByDemographics = sqlite
    .prepare(
      `SELECT id FROM users WHERE ($gender IS NULL OR gender = $gender) AND ($ageGroup IS NULL OR age_group = $ageGroup)
       ORDER BY id LIMIT ${maxByDemographics}`,
    )
    .pluck();
  const byExternalId = orm
    .select()
    .from(users)
    .where(eq(users.externalId, sql.placeholder("externalId")))
    .prepare();
  const countRatings = orm
    .select({ n: count() })
    .from(ratings)
    .where(eq(ratings.userId, sql.placeholder("id")))
    .prepare();
  const remove = orm
    .delete(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();

  return {
    byIds: async (ids) => {
      if (ids.length === 1) return [toUser(byId.get(ids[0]) as UserRow | undefined)];
      const rows = new Map(byIds.all({ ids: JSON.stringify([...new Set(ids)]) }).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id));
    },
    all: async () => all.all(),
    list: async (filter, readable, page) => {
      const parameters = createParameters();
      const { conditions, orderBy } = toKeyset("id", "id", false, page, parameters);
      const where = toWhere([...toConditions(filter, readable, parameters), ...conditions]);
      const select = statements(
        `SELECT ${columns} FROM users ${where} ${orderBy} LIMIT ${parameters.bind(page.limit)}`,
      );
      return (select.all(parameters.values) as UserRow[]).map(toKeyed);
    },
    count: async (filter, readable) => {
      if (filter === undefined || readable === undefined) return countAll.get()?.n ?? 0;
      const parameters = createParameters();
      const where = toWhere(toConditions(filter, readable, parameters));
      return (statements(`SELECT count(*) AS n FROM users ${where}`).get(parameters.values) as { n: number }).n;
    },
    atOffset: async (offset) => atOffset.get({ offset }),
    idRange: async () => {
      const range = idRange.get();
      if (range === undefined || range.lowest === null || range.highest === null) return undefined;
      return { lowest: range.lowest, highest: range.highest };
    },
    idsByDemographics: async ({ gender, ageGroup }) => idsByDemographics.all({ gender, ageGroup }) as UserId[],
    findOrAdd: (externalId, demographics) =>
      write(db, () => {
        const known = byExternalId.get({ externalId });
        if (known !== undefined) return known;
        const user = { ...demographics, externalId, id: nextId() as UserId, source: "api" as const };
        return orm.insert(users).values(user).returning().get();
      }),
    update: async (id, demographics) => {
      const user = await write(db, () => {
        const updated = orm
          .update(users)
          .set({ ...demographics, edited: true })
          .where(eq(users.id, id))
          .returning()
          .get();
        if (updated !== undefined) countRatingChange();
        return updated;
      });
      if (user !== undefined) feed.publish({ subject: "ratings", userId: id });
      return user;
    },
    delete: async (id) => {
      const deleted = await write(db, () => {
        const counted = countRatings.get({ id })?.n ?? 0;
        if (remove.run({ id }).changes === 0) return undefined;
        deletions.remember(id);
        countRatingChange();
        return { ratings: counted };
      });
      if (deleted !== undefined) feed.publish({ subject: "ratings", userId: id });
      return deleted;
    },
  };
}

const columns =
  "id, gender, age_group AS ageGroup, occupation, zip_code AS zipCode, source, edited, external_id AS externalId, revision";

type UserRow = Omit<User, "edited"> & { edited: 0 | 1 };

function toUser(row: UserRow): User;
function toUser(row: UserRow | undefined): User | undefined;
function toUser(row: UserRow | undefined): User | undefined {
  return row && { ...row, edited: row.edited === 1 };
}

function toKeyed(row: UserRow): Keyed<User> {
  return { node: toUser(row), value: row.id };
}

/** A filter matches readable users only; without a filter everybody matches. */
function toConditions(
  { gender, ageGroup, occupation }: UserFilter,
  readable: ReadableUsers,
  { bind }: Parameters,
): string[] {
  const conditions = [
    gender === undefined ? undefined : `gender = ${bind(gender)}`,
    ageGroup === undefined ? undefined : `age_group = ${bind(ageGroup)}`,
    occupation === undefined ? undefined : `occupation = ${bind(occupation)}`,
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? [] : [...conditions, toReadable(readable, { bind })];
}

/** Whether a row of users is readable. */
export function toReadable({ imported, created, own }: ReadableUsers, { bind }: Pick<Parameters, "bind">): string {
  const readable = [
    imported ? "source = 'import'" : undefined,
    created ? "source = 'api'" : undefined,
    own === null ? undefined : `id = ${bind(own)}`,
  ].filter((condition) => condition !== undefined);
  return readable.length === 0 ? "0" : `(${readable.join(" OR ")})`;
}
