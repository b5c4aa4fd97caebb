/**
 * Prepares users anew after they rated, while the server serves: their next lists need not be ranked at a request, nor by the next
 * process. A request before that computes what it needs itself.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../errors.js";
import { createYield } from "../event-loop.js";
import type { UserId } from "../ids.js";
import { canPrepare, toModelId } from "../services/prepare-user.js";
import type { Services } from "../services/services.js";
import { prepareBatch } from "./prepare-users.js";

export interface RenewOptions {
  /** Ends it after the user under way. */
  signal: AbortSignal;
  /** Who rates one movie mostly rates another: users are prepared once for all that they rate in so many milliseconds. */
  everyMs?: number;
  /** The share of the time that it may take of this process, in 0..1. */
  share?: number;
}

const usersPerRead = 200;
/** More would be known only as "some users". */
const maxUnread = 100_000;

/**
 * Runs until the signal aborts.
 * @throws what the store throws, but for DATABASE_BUSY: the next round tries again
 */
export async function renewPrepared(
  services: Pick<Services, "store" | "models" | "catalogue">,
  { signal, everyMs = 10_000, share = 0.1 }: RenewOptions,
): Promise<void> {
  const { store } = services;
  const pause = createYield();
  const changes = store.changes({ subjects: ["ratings"], maxUnread });
  /** Null for any. */
  const changed = new Set<UserId | null>();
  const collect = async () => {
    for await (const { userId } of changes) changed.add(userId);
  };
  const collecting = collect();
  try {
    while (await wait(everyMs)) {
      const users = [...changed];
      changed.clear();
      for await (const ids of users.includes(null) ? everyPrepared() : [users as UserId[]]) await renew(ids);
    }
  } finally {
    await changes.return?.();
    await collecting;
  }

  /** @returns whether to go on */
  async function wait(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
    return !signal.aborted;
  }

  async function* everyPrepared(): AsyncGenerator<UserId[]> {
    let after = 0;
    for (;;) {
      const ids = await store.preparedUsers.page(after, usersPerRead);
      if (ids.length === 0) return;
      yield ids;
      after = ids[ids.length - 1];
    }
  }

  async function renew(ids: readonly UserId[]): Promise<void> {
    for (let from = 0; from < ids.length; from += usersPerRead) {
      // Whoever rated through another process is looked for among all.
      await pause();
      const some = ids.slice(from, from + usersPerRead);
      try {
        await renewSome(some);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        // Without a model there is nothing to prepare; what a lock held up is tried again.
        if (error.code === "DATABASE_BUSY") for (const id of some) changed.add(id);
      }
      if (signal.aborted) return;
    }
  }

  async function renewSome(ids: readonly UserId[]): Promise<void> {
    let model = await services.models.get();
    if (!canPrepare(model)) return;
    for (const id of await store.preparedUsers.outdated(toModelId(model), ids)) {
      const started = performance.now();
      // Another may serve by now.
      model = await services.models.get();
      if (!canPrepare(model)) return;
      await prepareBatch(store, model, await services.catalogue(), [id]);
      if (!(await wait((performance.now() - started) * (1 / share - 1)))) return;
    }
  }
}
