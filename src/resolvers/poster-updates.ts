/** News of posters within this process: a movie's poster is there now, is another, or is gone. */
import type { MovieId } from "../ids.js";

export interface PosterUpdates {
  publish(movieId: MovieId): void;
  /** Movies as their posters change, until the reader stops or `close` is called. @param only these movies; all where left out */
  subscribe(only?: ReadonlySet<MovieId>): AsyncIterableIterator<MovieId>;
  /** How many read at the moment. */
  readonly readers: number;
  close(): void;
}

/** So many unread changes are kept for a reader who is slow; the oldest go first. */
const mostWaiting = 1000;

export function createPosterUpdates(): PosterUpdates {
  const readers = new Set<{ take(movieId: MovieId): void; end(): void }>();
  let closed = false;
  return {
    publish: (movieId) => {
      for (const reader of readers) reader.take(movieId);
    },
    get readers() {
      return readers.size;
    },
    subscribe(only) {
      const waiting: MovieId[] = [];
      let ended = closed;
      let wake: (() => void) | undefined;
      const reader = {
        take(movieId: MovieId) {
          if (only !== undefined && !only.has(movieId)) return;
          if (waiting.length === mostWaiting) waiting.shift();
          waiting.push(movieId);
          wake?.();
        },
        end() {
          ended = true;
          readers.delete(reader);
          wake?.();
        },
      };
      if (!ended) readers.add(reader);
      return {
        async next() {
          while (waiting.length === 0 && !ended) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          const value = waiting.shift();
          return value === undefined ? { value: undefined, done: true } : { value, done: false };
        },
        async return() {
          reader.end();
          waiting.length = 0;
          return { value: undefined, done: true };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    close() {
      closed = true;
      for (const reader of readers) reader.end();
    },
  };
}
