/** Bearer tokens in SQLite. */
import { asc, count, eq, sql } from "drizzle-orm";
import type { NewToken, Token, TokenStore } from "../tokens.js";
import type { Database } from "./database.js";
import { tokens, users } from "./tables.js";
import { write } from "./transaction.js";

/** The use of a token is not worth waiting for: the next use records it. */
const touchWaitMs = 100;

const columns = {
  id: tokens.id,
  name: tokens.name,
  scope: tokens.scope,
  userId: tokens.userId,
  createdAt: tokens.createdAt,
  lastUsedAt: tokens.lastUsedAt,
};

export function createTokenStore(db: Database): TokenStore {
  const { orm } = db;
  const all = orm.select(columns).from(tokens).orderBy(asc(tokens.id)).prepare();
  const countAll = orm.select({ n: count() }).from(tokens).prepare();
  const countById = orm
    .select({ n: count() })
    .from(tokens)
    .where(eq(tokens.id, sql.placeholder("id")))
    .prepare();
  const byHash = orm
    .select({ ...columns, hash: tokens.hash })
    .from(tokens)
    .where(eq(tokens.hash, sql.placeholder("hash")))
    .prepare();
  const findUser = orm
    .select({ id: users.id })
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();
  const insert = (token: NewToken): Token => orm.insert(tokens).values(token).returning(columns).get();
  return {
    add: (token) =>
      write(db, () => {
        const isOfNobody = token.userId !== null && findUser.get({ id: token.userId }) === undefined;
        return isOfNobody ? undefined : insert(token);
      }),
    addFirst: (token) => write(db, () => ((countAll.get()?.n ?? 0) > 0 ? undefined : insert(token))),
    byHash: async (hash) => byHash.get({ hash }),
    has: async (id) => countById.get({ id })?.n === 1,
    all: async () => all.all(),
    delete: (id) => write(db, () => orm.delete(tokens).where(eq(tokens.id, id)).returning(columns).get()),
    touch: (id, lastUsedAt) =>
      write(db, () => void orm.update(tokens).set({ lastUsedAt }).where(eq(tokens.id, id)).run(), touchWaitMs),
  };
}
