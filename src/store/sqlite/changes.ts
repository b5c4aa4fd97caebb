/** Looks for what other processes changed in the SQLite file, while anybody listens. */
import type { Change } from "../changes.js";
import type { ServingState } from "../settings.js";
import type { Database } from "./database.js";
import { createRevisionReader, createServingReader } from "./settings.js";
import { readProgress } from "./training-progress.js";

const pollEveryMs = 500;

export interface Watch {
  /** Starts polling; does nothing while it polls already. */
  start(): void;
  stop(): void;
}

interface State {
  /** Changes with every commit of another connection. */
  version: unknown;
  serving: ServingState;
  ratings: string;
  posters: string;
  progress: string;
}

/**
 * @param publish called with each change by another process
 * @param isRead whether anybody listens; polling stops where nobody does
 */
export function watchChanges(db: Database, publish: (change: Change) => void, isRead: () => boolean): Watch {
  const dataVersion = db.sqlite.prepare("PRAGMA data_version").pluck();
  const readRatingsRevision = createRevisionReader(db, "ratingsRevision");
  const readPostersRevision = createRevisionReader(db, "postersRevision");
  const readServing = createServingReader(db);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let last: State;

  // In one transaction: a commit between two reads would be taken for seen, and never be told.
  const read = db.sqlite.transaction((): State => {
    return {
      version: dataVersion.get(),
      serving: readServing(),
      ratings: readRatingsRevision(),
      posters: readPostersRevision(),
      progress: JSON.stringify(readProgress(db) ?? null),
    };
  });

  function poll(): void {
    if (!isRead()) {
      rest();
      return;
    }
    const now = read();
    const before = last;
    last = now;
    // What this process changes it tells by itself.
    if (now.version === before.version) return;
    if (now.serving.activeModel !== before.serving.activeModel) publish({ subject: "model" });
    if (JSON.stringify(now.serving.dataset) !== JSON.stringify(before.serving.dataset)) publish({ subject: "dataset" });
    if (now.ratings !== before.ratings) publish({ subject: "ratings", userId: null });
    if (now.posters !== before.posters) publish({ subject: "posters", movieId: null });
    if (now.progress !== before.progress) publish({ subject: "progress", progress: JSON.parse(now.progress) });
  }

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    start() {
      if (timer !== undefined || isStopped) return;
      last = read();
      timer = setInterval(() => {
        try {
          poll();
        } catch {
          // Such as a lock that an import holds: the next poll sees what this one did not.
        }
      }, pollEveryMs).unref();
    },
    stop() {
      isStopped = true;
      rest();
    },
  };
}

/**
 * @returns a function that reads a version of the whole database: it counts what other connections committed, and the rows that this
 *   one has changed
 */
export function createVersionReader({ sqlite }: Database): () => string {
  const ofOthers = sqlite.prepare("PRAGMA data_version").pluck();
  const own = sqlite.prepare("SELECT total_changes()").pluck();
  return () => `${ofOthers.get()} ${own.get()}`;
}
