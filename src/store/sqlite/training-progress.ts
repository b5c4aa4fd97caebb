/** Progress of the latest training in SQLite. */
import type { ChangeFeed } from "../changes.js";
import type { JobProgress, ProgressStore } from "../training-progress.js";
import type { Database } from "./database.js";
import { jobProgress } from "./tables.js";
import { write } from "./transaction.js";

const maxWaitMs = 50;
/** Of the only row. */
const id = 1;

export function createProgressStore(db: Database, feed: ChangeFeed): ProgressStore {
  const { orm } = db;
  return {
    async report(progress) {
      feed.publish({ subject: "progress", progress });
      try {
        await write(
          db,
          () => {
            const row = { id, ...progress };
            orm.insert(jobProgress).values(row).onConflictDoUpdate({ target: jobProgress.id, set: progress }).run();
          },
          maxWaitMs,
        );
      } catch {
        // Such as a lock that an import holds, or a full disk: the next report says as much.
      }
    },
    latest: async () => readProgress(db),
  };
}

export function readProgress({ orm }: Database): JobProgress | undefined {
  const row = orm.select().from(jobProgress).get();
  if (row === undefined) return undefined;
  const { id: _, ...progress } = row;
  return progress;
}
