/** Computes what recommending needs of every user ahead of their requests, for the model that serves. */
import { createYield } from "../event-loop.js";
import type { UserId } from "../ids.js";
import type { Catalogue } from "../services/catalogue.js";
import { loadRatings } from "../services/load-ratings.js";
import {
  canPrepare,
  type PreparableModel,
  preparedTopRatings,
  prepareUser,
  toModelId,
} from "../services/prepare-user.js";
import type { Services } from "../services/services.js";
import type { PreparedEmbedding, PreparedUser } from "../store/prepared-users.js";
import type { Store } from "../store/store.js";
import { type Progress, silent } from "./progress.js";

export interface PrepareReport {
  model: string;
  /** Users that it was computed for now; all others had it. */
  prepared: number;
  /** False for a model that computes nothing of users. */
  isNeeded: boolean;
}

const usersPerBatch = 50;

/**
 * Goes on where it was stopped: users whose row is current are left alone.
 * @param options the signal stops it between two batches, and keeps what is done
 * @throws {AppError} as `Models.get`, DATA_EMPTY
 */
export async function prepareUsers(
  { store, models, catalogue: readCatalogue }: Services,
  { signal }: { signal?: AbortSignal } = {},
  progress: Progress = silent,
): Promise<PrepareReport> {
  const model = await models.get();
  const report = { model: model.manifest.name, prepared: 0, isNeeded: canPrepare(model) };
  if (!canPrepare(model)) return report;
  const catalogue = await readCatalogue();
  const missing = await store.preparedUsers.missing(toModelId(model));
  const pause = createYield();
  for (let from = 0; from < missing.length && !signal?.aborted; from += usersPerBatch) {
    const ids = missing.slice(from, from + usersPerBatch);
    report.prepared += await prepareBatch(store, model, catalogue, ids, pause);
    const done = Math.min(missing.length, from + usersPerBatch);
    progress.update({ stage: "prepare", done, total: missing.length, unit: "users" });
  }
  return report;
}

/**
 * Computes it for some users and saves it.
 * @returns the number of users that are there
 */
export async function prepareBatch(
  store: Store,
  model: PreparableModel,
  catalogue: Catalogue,
  ids: readonly UserId[],
  pause = createYield(),
): Promise<number> {
  const users = (await store.users.byIds(ids)).filter((user) => user !== undefined);
  const userIds = users.map(({ id }) => id);
  const ratings = await loadRatings(store, userIds);
  const dismissed = await store.dismissals.moviesOfUsers(userIds);
  const topRatings = await store.ratings.topOfUsers(ids, preparedTopRatings);
  const batch: (PreparedUser & PreparedEmbedding)[] = [];
  for (const [i, user] of users.entries()) {
    const own = await prepareUser(model, catalogue, { ...user, ratings: ratings[i] }, dismissed[i]);
    batch.push({ userId: user.id, revision: user.revision, ...own, topRatings: topRatings[ids.indexOf(user.id)] });
    await pause();
  }
  await store.preparedUsers.save(toModelId(model), batch);
  return batch.length;
}
