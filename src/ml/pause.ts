/** Long computations on the thread that answers queries give others their turn, and end when nobody waits for them. */
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

/** Computing goes on for so long before others have their turn. */
const turnMs = 4;

const waiting = new AsyncLocalStorage<AbortSignal>();

/** Runs work whose computations end with the signal's reason, at their next pause, once it is aborted. */
export function withSignal<T>(signal: AbortSignal, work: () => T): T {
  return waiting.run(signal, work);
}

/**
 * @param kind `heedless` goes on when whoever asked has gone: what is made is for others too
 * @returns a function to await between short steps: it gives way where this turn lasted long enough, and throws what the
 *   signal was aborted with
 */
export function createPause(kind: "heeding" | "heedless" = "heeding"): () => Promise<void> | undefined {
  const signal = kind === "heeding" ? waiting.getStore() : undefined;
  let started = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (performance.now() - started < turnMs) return undefined;
    return setImmediate().then(() => {
      signal?.throwIfAborted();
      started = performance.now();
    });
  };
}
