/** Shares one computation among concurrent callers. */
import { setImmediate } from "node:timers/promises";

/**
 * Runs work once for all callers with the same key that arrive before it starts. An event wakes every subscriber in the
 * same tick of the event loop, so the shared result is as of that event or later. Work is aborted once all callers have gone.
 */
export function createSharing() {
  const waiting = new Map<string, { answer: Promise<unknown>; join(gone: AbortSignal): void }>();
  return <T>(key: string, gone: AbortSignal, work: (allGone: AbortSignal) => Promise<T>): Promise<T> => {
    let shared = waiting.get(key);
    if (shared === undefined) {
      const allGone = new AbortController();
      const joined: AbortSignal[] = [];
      const leave = () => {
        if (joined.every(({ aborted }) => aborted)) allGone.abort();
      };
      const answer = setImmediate()
        .then(() => {
          waiting.delete(key);
          return work(allGone.signal);
        })
        // A subscription outlives many events, so each removes its listener.
        .finally(() => {
          for (const one of joined) one.removeEventListener("abort", leave);
        });
      const join = (one: AbortSignal) => {
        joined.push(one);
        one.addEventListener("abort", leave, { once: true });
      };
      shared = { answer, join };
      waiting.set(key, shared);
    }
    shared.join(gone);
    return shared.answer as Promise<T>;
  };
}
