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
  const deadline = Date.now() + maxWaitMs;
  const transaction = sqlite.transaction(work);
  for (let pauseMs = 5; ; pauseMs = Math.min(100, pauseMs * 2)) {
    try {
      return transaction.immediate();
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
