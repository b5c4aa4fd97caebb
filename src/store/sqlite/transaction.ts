/** Write transactions that wait for other processes' locks without blocking the event loop. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../errors.js";
import { type Database, isBusy } from "./database.js";

/**
 * Runs `work` in one immediate transaction, all or none of it.
 * While another process holds the write lock it tries again, sleeping in between, until `maxWaitMs` have passed.
 * @throws {AppError} DATABASE_BUSY where the lock was not free in time; whatever `work` throws, after rolling back
 */
export async function write<T>({ sqlite }: Database, work: () => T, maxWaitMs = 5_000): Promise<T> {
  const transaction = sqlite.transaction(work);
  // Waiting for the lock of this very thread would block it.
  while (inSteps.has(sqlite.name)) await inSteps.get(sqlite.name);
  return onceFree(() => transaction.immediate(), maxWaitMs);
}

/** Transactions of this process that yield, by file. */
const inSteps = new Map<string, Promise<void>>();

/**
 * As `write`, for work that yields to the event loop.
 * @param open opens another connection, which is closed at the end: what others do meanwhile is no part of the transaction
 */
export async function writeInSteps<T>(
  open: () => Database,
  work: (db: Database) => Promise<T>,
  maxWaitMs = 5_000,
): Promise<T> {
  const db = open();
  const { name } = db.sqlite;
  while (inSteps.has(name)) await inSteps.get(name);
  let end = () => {};
  inSteps.set(
    name,
    new Promise((resolve) => {
      end = resolve;
    }),
  );
  try {
    await onceFree(() => db.sqlite.exec("BEGIN IMMEDIATE"), maxWaitMs);
    try {
      const result = await work(db);
      db.sqlite.exec("COMMIT");
      return result;
    } catch (error) {
      if (db.sqlite.inTransaction) db.sqlite.exec("ROLLBACK");
      throw error;
    }
  } finally {
    db.close();
    inSteps.delete(name);
    end();
  }
}

async function onceFree<T>(attempt: () => T, maxWaitMs: number): Promise<T> {
  const deadline = Date.now() + maxWaitMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(100, pauseMs * 2)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (Date.now() + pauseMs > deadline) {
        throw new AppError(
          "DATABASE_BUSY",
          `expected to write within ${maxWaitMs} ms, but another process holds the database (an import?); try again later`,
          { cause: error },
        );
      }
      await sleep(pauseMs);
    }
  }
}
