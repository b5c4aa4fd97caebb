/** What subscribers are told of ratings, recommendations and trainings. */
import type { Rating } from "../db/ratings.js";
import { ratingsStamp } from "../db/ratings.js";
import type { User } from "../db/users.js";
import type { UserId } from "../ids.js";
import { findReadableUser } from "./access.js";
import type { Context } from "./context.js";
import { forgetAll } from "./loaders.js";
import { findUser } from "./lookup.js";
import type { TrainingProgress } from "./training-progress.js";

/** A user's ratings as this process sets them. @throws {AppError} as `findReadableUser` */
export async function ratingsAdded(
  context: Context,
  userId: string | null | undefined,
): Promise<AsyncIterableIterator<Rating>> {
  const { id } = await findReadableUser(context, userId);
  const news = context.services.events.ratings.subscribe(({ userId: of, rating }) => of === id && rating !== null);
  return mapped(context, news, ({ rating }) => rating as Rating);
}

/** The user, whenever what they are recommended may be another. @throws {AppError} as `findReadableUser` */
export async function recommendationChanges(
  context: Context,
  userId: string | null | undefined,
): Promise<AsyncIterableIterator<UserId>> {
  const { id } = await findReadableUser(context, userId);
  const { db, events } = context.services;
  const own = events.ratings.subscribe(({ userId: of }) => of === id);
  let stamp = ratingsStamp(db, id);
  const others = events.others.subscribe((what) => {
    if (what === "model") return true;
    const before = stamp;
    stamp = ratingsStamp(db, id);
    return stamp !== before;
  });
  return mapped(context, merged<unknown>([own, others]), () => {
    stamp = ratingsStamp(db, id);
    return id;
  });
}

/** @throws {AppError} USER_NOT_FOUND where they were deleted */
export function userNow(context: Context, id: UserId): Promise<User> {
  return findUser(context, String(id));
}

export function trainings({ services }: Context): AsyncIterableIterator<TrainingProgress> {
  return services.events.training.subscribe();
}

/** What loaders kept for an earlier event is forgotten before each. */
function mapped<News, Result>(
  context: Context,
  news: AsyncIterableIterator<News>,
  map: (news: News) => Result,
): AsyncIterableIterator<Result> {
  return {
    async next() {
      const { value, done } = await news.next();
      if (done) return { value: undefined, done: true };
      forgetAll(context);
      return { value: map(value), done: false };
    },
    async return() {
      await news.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** News of several sources as it comes; ends when one of them does. */
function merged<News>(sources: readonly AsyncIterableIterator<News>[]): AsyncIterableIterator<News> {
  const pending = sources.map((source) => source.next());
  const stop = async () => {
    await Promise.all(sources.map((source) => source.return?.()));
    return { value: undefined, done: true as const };
  };
  return {
    async next() {
      const { result, i } = await Promise.race(pending.map((next, i) => next.then((result) => ({ result, i }))));
      if (result.done) return stop();
      pending[i] = sources[i].next();
      return result;
    },
    return: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
