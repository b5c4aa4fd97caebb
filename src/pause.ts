/** Long computations on the thread that answers queries give others their turn, and end when nobody waits for them. */
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

/** Computing goes on for so long before others have their turn. */
const turnMs = 4;

const waiting = new AsyncLocalStorage<AbortSignal | undefined>();

/** Runs work that ends with the signal's reason, at its next pause, once it is aborted. */
export function withSignal<T>(signal: AbortSignal, work: () => T): T {
  return waiting.run(signal, work);
}

/** Runs work that goes on when whoever asked for it first has gone: what it makes is for others too. */
export function withoutSignal<T>(work: () => T): T {
  return waiting.run(undefined, work);
}

/** @returns a function that says whether whoever asks now still waits */
export function stillWaiting(): () => boolean {
  const signal = waiting.getStore();
  return () => signal?.aborted !== true;
}

/** Before a piece of work that others do, such as another thread. @throws what the signal was aborted with */
export function checkSignal(): void {
  waiting.getStore()?.throwIfAborted();
}

/**
 * @returns a function to await between steps of about a millisecond: it gives way where this turn lasted long enough,
 *   and throws what the signal was aborted with
 */
export function createPause(): () => Promise<void> | undefined {
  const signal = waiting.getStore();
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
