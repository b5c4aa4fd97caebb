/** Changes to the store: readers hear of those of this process at once, of those of others within a second. */
import { Repeater, SlidingBuffer } from "@repeaterjs/repeater";
import type { MovieId, UserId } from "../ids.js";
import type { Rating } from "./ratings.js";
import type { JobProgress } from "./training-progress.js";

export type Change =
  /** Ratings or demographics of a user; null for those of any users, changed by another process. `rating` is the one that was set. */
  | { subject: "ratings"; userId: UserId | null; rating?: Rating }
  /** A movie's poster; null for posters of any movies, changed by another process. */
  | { subject: "posters"; movieId: MovieId | null }
  /** Another model serves. */
  | { subject: "model" }
  /** Another data set, or movies of it, by an import or an edit. */
  | { subject: "dataset" }
  | { subject: "progress"; progress: JobProgress };

export type ChangeOf<Subject extends Change["subject"]> = Extract<Change, { subject: Subject }>;

/** A stream of changes from the first `next()` on, until the reader stops or the store closes. */
export type ChangeStream<Subject extends Change["subject"]> = AsyncIterableIterator<ChangeOf<Subject>>;

export interface ChangeFilter<Subject extends Change["subject"]> {
  subjects: readonly Subject[];
  /** Which changes are wanted; all by default. */
  isWanted?(change: ChangeOf<Subject>): boolean;
  /** Unread changes that are kept for a slow reader, the latest. By default 100. */
  maxUnread?: number;
}

/** In-process publish/subscribe. */
export interface ChangeFeed {
  /** A change through this process. */
  publish(change: Change): void;
  /** A change through another process. */
  hear(change: Change): void;
  subscribe<Subject extends Change["subject"]>(filter: ChangeFilter<Subject>): ChangeStream<Subject>;
  /** Number of readers at the moment. */
  readonly readers: number;
  close(): void;
}

/**
 * @param onReader called when a reader begins to read
 * @param onPublish called with every change through this process
 */
export function createChangeFeed(
  onReader: () => void = () => {},
  onPublish: (change: Change) => void = () => {},
): ChangeFeed {
  const readers = new Set<{ take(change: Change): void; stop(): void }>();
  let closed = false;
  const hear = (change: Change) => {
    for (const reader of readers) reader.take(change);
  };
  return {
    hear,
    publish: (change) => {
      hear(change);
      onPublish(change);
    },
    get readers() {
      return readers.size;
    },
    subscribe: <Subject extends Change["subject"]>({ subjects, isWanted, maxUnread = 100 }: ChangeFilter<Subject>) => {
      // A repeater starts with its first reader: a subscription that is never read leaves nothing behind.
      const stream = new Repeater<ChangeOf<Subject>>(async (push, stop) => {
        if (closed) return stop();
        const reader = {
          take(change: Change) {
            if (!(subjects as readonly string[]).includes(change.subject)) return;
            const wanted = change as ChangeOf<Subject>;
            if (isWanted === undefined || isWanted(wanted)) void push(wanted);
          },
          stop: () => stop(),
        };
        readers.add(reader);
        onReader();
        await stop;
        readers.delete(reader);
      }, new SlidingBuffer(maxUnread));
      return stream as ChangeStream<Subject>;
    },
    close() {
      closed = true;
      for (const reader of readers) reader.stop();
    },
  };
}
