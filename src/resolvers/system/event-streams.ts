/** Subscriptions to ratings, changed recommendations and training progress. */
import type { Rating } from "../../db/ratings.js";
import { ratingsStamp } from "../../db/ratings.js";
import type { User } from "../../db/users.js";
import type { UserId } from "../../ids.js";
import type { TrainingProgress } from "../../services/training-progress.js";
import { findReadableUser, mayStillRead } from "../request/access.js";
import type { Context } from "../request/context.js";
import { findUser } from "../request/lookup.js";

/** A user's ratings as this process sets them. @throws {AppError} as `findReadableUser` */
export async function ratingsAdded(
  context: Context,
  userId: string | null | undefined,
): Promise<AsyncIterableIterator<Rating>> {
  const user = await findReadableUser(context, userId);
  const news = context.services.events.ratings.subscribe({
    isWanted: ({ userId: of, rating }) => of === user.id && rating !== null,
  });
  return whileAllowed(context, user, news, ({ rating }) => rating as Rating);
}

/** The user, whenever what they are recommended may be another. @throws {AppError} as `findReadableUser` */
export async function recommendationChanges(
  context: Context,
  userId: string | null | undefined,
): Promise<AsyncIterableIterator<UserId>> {
  const user = await findReadableUser(context, userId);
  const { db, events } = context.services;
  // Of many changes at once the last one tells as much as all.
  const own = events.ratings.subscribe({ isWanted: ({ userId: of }) => of === user.id, mostWaiting: 1 });
  let stamp = ratingsStamp(db, user.id);
  const others = events.others.subscribe({
    isWanted: (what) => {
      if (what === "model") return true;
      const before = stamp;
      stamp = ratingsStamp(db, user.id);
      return stamp !== before;
    },
    mostWaiting: 1,
  });
  return whileAllowed(context, user, merged<unknown>([own, others]), () => {
    stamp = ratingsStamp(db, user.id);
    return user.id;
  });
}

/** @throws {AppError} USER_NOT_FOUND where they were deleted */
export function userNow(context: Context, id: UserId): Promise<User> {
  return findUser(context, String(id));
}

export function trainings(context: Context): AsyncIterableIterator<TrainingProgress> {
  return whileAllowed(
    context,
    undefined,
    context.services.events.training.subscribe({ mostWaiting: 1 }),
    (progress) => progress,
  );
}

const checkedEveryMs = 5000;

/** News until the token is revoked or too old, or may no longer read the user. */
export function whileAllowed<News, Result>(
  context: Context,
  user: User | undefined,
  news: AsyncIterableIterator<News>,
  map: (news: News) => Result,
): AsyncIterableIterator<Result> {
  const stop = async () => {
    await news.return?.();
    return { value: undefined, done: true as const };
  };
  return {
    async next() {
      // Where there are no news for long, it ends all the same.
      const timer = setInterval(() => {
        if (!mayStillRead(context, user)) news.return?.().catch(() => {});
      }, checkedEveryMs).unref();
      try {
        const { value, done } = await news.next();
        if (done || !mayStillRead(context, user)) return stop();
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

/** News of several sources as it comes; ends when one of them does. */
function merged<News>(sources: readonly AsyncIterableIterator<News>[]): AsyncIterableIterator<News> {
  const ask = (i: number) => sources[i].next().then((result) => ({ result, i }));
  let pending: ReturnType<typeof ask>[] | undefined;
  const stop = async () => {
    await Promise.all(sources.map((source) => source.return?.()));
    return { value: undefined, done: true as const };
  };
  return {
    async next() {
      // Each source is asked once for each of its news, and what is not there yet is waited for again.
      pending ??= sources.map((_, i) => ask(i));
      const { result, i } = await Promise.race(pending);
      if (result.done) return stop();
      pending[i] = ask(i);
      return result;
    },
    return: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
