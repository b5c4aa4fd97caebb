/** Events about ratings, models and trainings: immediate within this process, within a second from others. */
import { readFileSync } from "node:fs";
import type { Database } from "../db/open.js";
import type { Rating } from "../db/ratings.js";
import { getSetting } from "../db/settings.js";
import { dataVersion } from "../db/version.js";
import type { UserId } from "../ids.js";
import { createUpdates, type Updates } from "./publish-subscribe.js";
import type { TrainingProgress } from "./training-progress.js";

export interface Events {
  /** Ratings that this process set, or took away (null). */
  ratings: Updates<{ userId: UserId; rating: Rating | null }>;
  /** Another model serves, or another process wrote something. */
  others: Updates<"model" | "data">;
  training: Updates<TrainingProgress>;
  close(): void;
}

const lookEveryMs = 500;

/** Looks for what other processes did, while anybody has subscribed to it. */
export function createEvents(db: Database, { training: file }: { training: string }): Events {
  const ratings = createUpdates<{ userId: UserId; rating: Rating | null }>();
  const others = createUpdates<"model" | "data">(watch);
  const training = createUpdates<TrainingProgress>(watch);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let version: unknown;
  let model: string | undefined;
  let progress = "";

  function look(): void {
    if (others.readers + training.readers === 0) {
      rest();
      return;
    }
    const versionNow = dataVersion(db);
    const modelNow = getSetting(db, "activeModel");
    const progressNow = readProgress(file);
    const [otherModel, otherData] = [modelNow !== model, versionNow !== version];
    const otherProgress = progressNow !== progress && progressNow !== "";
    version = versionNow;
    model = modelNow;
    progress = progressNow;
    if (otherModel) others.publish("model");
    else if (otherData) others.publish("data");
    if (otherProgress) training.publish(JSON.parse(progressNow));
  }

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function watch(): void {
    if (timer !== undefined || closed) return;
    version = dataVersion(db);
    model = getSetting(db, "activeModel");
    progress = readProgress(file);
    timer = setInterval(() => {
      try {
        look();
      } catch {
        // Such as a lock that an import holds: the next look sees what this one did not.
      }
    }, lookEveryMs).unref();
  }

  return {
    ratings,
    others,
    training,
    close() {
      closed = true;
      rest();
      for (const updates of [ratings, others, training]) updates.close();
    },
  };
}

/** Its text; empty where there is none, or it is no progress of ours. */
function readProgress(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    JSON.parse(text);
    return text;
  } catch {
    return "";
  }
}
