/** In-process publish/subscribe. */

export interface Updates<News> {
  publish(news: News): void;
  /**
   * News as it comes from the first `next()` on, until the reader stops or `close` is called.
   * @param options.isWanted which of it; all where left out
   * @param options.mostWaiting so much unread news is kept for a reader who is slow, the latest
   */
  subscribe(options?: { isWanted?(news: News): boolean; mostWaiting?: number }): AsyncIterableIterator<News>;
  /** How many read at the moment. */
  readonly readers: number;
  close(): void;
}

/** @param onReader called when somebody begins to read */
export function createUpdates<News>(onReader?: () => void): Updates<News> {
  const readers = new Set<{ take(news: News): void; end(): void }>();
  let closed = false;
  return {
    publish: (news) => {
      for (const reader of readers) reader.take(news);
    },
    get readers() {
      return readers.size;
    },
    subscribe({ isWanted, mostWaiting = 100 } = {}) {
      const waiting: News[] = [];
      let ended = false;
      let wake: (() => void) | undefined;
      const reader = {
        take(news: News) {
          if (isWanted !== undefined && !isWanted(news)) return;
          if (waiting.length >= mostWaiting) waiting.shift();
          waiting.push(news);
          wake?.();
        },
        end() {
          ended = true;
          readers.delete(reader);
          wake?.();
        },
      };
      return {
        async next() {
          // Closed between the subscription and its first reader, it ends at once.
          ended ||= closed;
          // Not before somebody reads: what is subscribed to and never read would stay for ever.
          if (!ended && !readers.has(reader)) {
            readers.add(reader);
            onReader?.();
          }
          while (waiting.length === 0 && !ended) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          if (waiting.length === 0) return { value: undefined, done: true };
          return { value: waiting.shift() as News, done: false };
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
