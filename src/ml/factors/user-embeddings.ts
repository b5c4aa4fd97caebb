/** A cache of user embeddings, valid while the user's ratings stay the same. */
import { LRUCache } from "lru-cache";
import type { UserId } from "../../ids.js";
import type { FoldIn } from "./fold-in.js";
import type { History, UserEmbedding } from "./fold-in-solver.js";
import { roundToHalf } from "./served-user.js";

/** Users in the cache, the most recently used; each takes a few kilobytes. */
const maxUsers = 2000;

export interface UserEmbeddings {
  /** @returns the cached vectors if they come from the same history, else new ones */
  get(id: UserId, history: History, pause: () => Promise<void> | undefined): Promise<UserEmbedding>;
}

export function createUserEmbeddings(foldIn: FoldIn): UserEmbeddings {
  const kept = new LRUCache<UserId, { history: History; user: UserEmbedding }>({ max: maxUsers });

  async function get(id: UserId, history: History, pause: () => Promise<void> | undefined): Promise<UserEmbedding> {
    const found = kept.get(id);
    if (found !== undefined && isSame(found.history, history)) return found.user;
    const user = foldIn.blank(history);
    for (const group of foldIn.groups()) {
      await pause();
      foldIn.foldGroup(group, history, user);
    }
    roundToHalf(user.vectors);
    kept.set(id, { history, user });
    return user;
  }

  return { get };
}

function isSame(a: History, b: History): boolean {
  return (
    isEqual(a.items, b.items) && isEqual(a.stars, b.stars) && isEqual(a.labels, b.labels) && isSameWhen(a.when, b.when)
  );
}

function isSameWhen(a: History["when"], b: History["when"]): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.bin === b.bin &&
    a.sessions.current === b.sessions.current &&
    isEqual(a.sessions.of, b.sessions.of) &&
    isEqual(a.bins, b.bins)
  );
}

function isEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}
