/** Shares one computation among all who ask for it at the same moment. */
import { setImmediate } from "node:timers/promises";

/**
 * Has work of one name done once for all who ask for it before it begins: an event wakes every subscriber in the same turn of the
 * event loop, and what is then computed is as of that event or later. It ends when all of them have gone.
 */
export function createSharing() {
  const waiting = new Map<string, { answer: Promise<unknown>; join(gone: AbortSignal): void }>();
  return <T>(name: string, gone: AbortSignal, work: (allGone: AbortSignal) => Promise<T>): Promise<T> => {
    let shared = waiting.get(name);
    if (shared === undefined) {
      const allGone = new AbortController();
      const joined: AbortSignal[] = [];
      const leave = () => {
        if (joined.every(({ aborted }) => aborted)) allGone.abort();
      };
      const answer = setImmediate()
        .then(() => {
          waiting.delete(name);
          return work(allGone.signal);
        })
        // A subscription lives through many events: none of them leaves a listener behind.
        .finally(() => {
          for (const one of joined) one.removeEventListener("abort", leave);
        });
      const join = (one: AbortSignal) => {
        joined.push(one);
        one.addEventListener("abort", leave, { once: true });
      };
      shared = { answer, join };
      waiting.set(name, shared);
    }
    shared.join(gone);
    return shared.answer as Promise<T>;
  };
}
