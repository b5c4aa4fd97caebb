/** Subscriptions to ratings, changed recommendations and training progress. */
import { Repeater } from "@repeaterjs/repeater";
import type { UserId } from "../../ids.js";
import type { Rating } from "../../store/ratings.js";
import type { JobProgress } from "../../store/training-progress.js";
import type { User } from "../../store/users.js";
import { findReadableUser, mayStillRead } from "../request/access.js";
import type { Context } from "../request/context.js";
import { findUser } from "../request/lookup.js";

/** A user's ratings as this process sets them. @throws {AppError} as `findReadableUser` */
export async function ratingsAdded(
  context: Context,
  userId: string | null | undefined,
): Promise<AsyncIterableIterator<Rating>> {
  const user = await findReadableUser(context, userId);
  const changes = context.services.store.changes({
    subjects: ["ratings"],
    isWanted: ({ userId: changed, rating }) => changed === user.id && rating !== undefined,
  });
  return whileAllowed(context, user, changes, ({ rating }) => rating as Rating);
}

/** The user, whenever their recommendations may have changed. @throws {AppError} as `findReadableUser` */
export async function recommendationChanges(
  context: Context,
  userId: string | null | undefined,
): Promise<AsyncIterableIterator<UserId>> {
  const user = await findReadableUser(context, userId);
  const { store } = context.services;
  // Of several changes the last one tells as much as all.
  const models = store.changes({ subjects: ["model"], maxUnread: 1 });
  // Another process may not say whose ratings it changed, and what it says may come twice.
  const ratings = store.changes({
    subjects: ["ratings"],
    isWanted: ({ userId }) => userId === null || userId === user.id,
    maxUnread: 1,
  });
  let revision: number | undefined = user.revision;
  const changed = filtered(ratings, async () => {
    const before = revision;
    revision = (await store.users.byIds([user.id]))[0]?.revision;
    return revision !== before;
  });
  return whileAllowed(context, user, Repeater.merge([models, changed]), () => user.id);
}

/** @throws {AppError} USER_NOT_FOUND where they were deleted */
export function userNow(context: Context, id: UserId): Promise<User> {
  return findUser(context, String(id));
}

export function trainings(context: Context): AsyncIterableIterator<JobProgress> {
  const changes = context.services.store.changes({ subjects: ["progress"], maxUnread: 1 });
  return whileAllowed(context, undefined, changes, ({ progress }) => progress);
}

const checkedEveryMs = 5000;

/** The changes, until the token is revoked or expired, or may no longer read the user. */
export function whileAllowed<Change, Result>(
  context: Context,
  user: User | undefined,
  changes: AsyncIterableIterator<Change>,
  map: (change: Change) => Result,
): AsyncIterableIterator<Result> {
  const stop = async () => {
    await changes.return?.();
    return { value: undefined, done: true as const };
  };
  const isAllowed = () => mayStillRead(context, user);
  return {
    async next() {
      // It ends without a change too.
      const timer = setInterval(() => {
        void isAllowed()
          .then((allowed) => (allowed ? undefined : changes.return?.()))
          .catch(() => {});
      }, checkedEveryMs).unref();
      try {
        const { value, done } = await changes.next();
        if (done || !(await isAllowed())) return stop();
        return { value: map(value), done: false };
      } finally {
        clearInterval(timer);
      }
    },
    return: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The changes that a predicate accepts. */
function filtered<Change>(
  changes: AsyncIterableIterator<Change>,
  isWanted: (change: Change) => Promise<boolean>,
): AsyncIterableIterator<Change> {
  return {
    async next() {
      for (;;) {
        const result = await changes.next();
        if (result.done || (await isWanted(result.value))) return result;
      }
    },
    return: async () => (await changes.return?.()) ?? { value: undefined, done: true },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
