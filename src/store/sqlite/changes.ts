/** Looks for what other processes changed in the SQLite file, while anybody listens. */
import type { Change } from "../changes.js";
import type { ServingState } from "../settings.js";
import type { Database } from "./database.js";
import { createServingReader } from "./settings.js";
import { readProgress } from "./training-progress.js";

const pollEveryMs = 500;

export interface Watch {
  /** Starts polling; does nothing while it polls already. */
  start(): void;
  stop(): void;
}

interface State {
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
  // Changes with every commit of another connection.
  const dataVersion = db.sqlite.prepare("PRAGMA data_version").pluck();
  const revision = db.sqlite.prepare("SELECT coalesce((SELECT value FROM settings WHERE key = ?), '0')").pluck();
  const readServing = createServingReader(db);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let version: unknown;
  let last: State;

  function read(): State {
    return {
      serving: readServing(),
      ratings: revision.get("ratingsRevision") as string,
      posters: revision.get("postersRevision") as string,
      progress: JSON.stringify(readProgress(db) ?? null),
    };
  }

  function poll(): void {
    if (!isRead()) {
      rest();
      return;
    }
    const versionNow = dataVersion.get();
    if (versionNow === version) {
      // What this process changes it tells by itself.
      last = read();
      return;
    }
    version = versionNow;
    const now = read();
    const before = last;
    last = now;
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
      version = dataVersion.get();
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
