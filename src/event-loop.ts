/** Cooperative scheduling: long computations yield to the event loop, and stop when their request is aborted. */
import { AsyncLocalStorage } from "node:async_hooks";

/** Milliseconds that one tick may compute before yielding. */
const tickBudgetMs = 4;
/** Assumed duration of an unfinished step. */
const stepMs = 1;

const waiting = new AsyncLocalStorage<AbortSignal | undefined>();

/** Runs work that throws the signal's reason at its next yield after the signal is aborted. */
export function withSignal<T>(signal: AbortSignal, work: () => T): T {
  return waiting.run(signal, work);
}

/** Runs work that continues when its first caller is aborted, because its result is shared. */
export function withoutSignal<T>(work: () => T): T {
  return waiting.run(undefined, work);
}

/** @returns a function that tells whether the current caller has not been aborted */
export function stillWaiting(): () => boolean {
  const signal = waiting.getStore();
  return () => signal?.aborted !== true;
}

/** Call before handing work to another thread. @throws the aborted signal's reason */
export function checkSignal(): void {
  waiting.getStore()?.throwIfAborted();
}

/**
 * @returns a function to await before each step of about a millisecond: it yields to the event loop when the computations of this
 *   tick have used its budget, and throws the aborted signal's reason
 */
export function createYield(): () => Promise<void> | undefined {
  const signal = waiting.getStore();
  const computation = {};
  return () => {
    signal?.throwIfAborted();
    if (isWithinBudget(computation)) return undefined;
    return nextTick(computation).then(() => signal?.throwIfAborted());
  };
}

interface Tick {
  began: number;
  /** Computations that may run a step in this tick and have not finished it. */
  admitted: Set<object>;
}

// Shared by the whole thread: otherwise concurrent computations would each use the whole budget of one tick.
let tick: Tick | undefined;
const queue: { computation: object; resume: () => void }[] = [];
let isScheduled = false;

function beginTick(): Tick {
  const begun: Tick = { began: performance.now(), admitted: new Set() };
  tick = begun;
  setImmediate(() => {
    if (tick === begun) tick = undefined;
  });
  return begun;
}

/** Counts admitted steps before they are done: others ask for admission while they are awaited. */
function isWithinBudget(computation: object): boolean {
  const { began, admitted } = tick ?? beginTick();
  admitted.delete(computation);
  if (performance.now() - began + admitted.size * stepMs >= tickBudgetMs) return false;
  admitted.add(computation);
  return true;
}

/** Queues a computation; each queued one gets a tick of its own. */
function nextTick(computation: object): Promise<void> {
  return new Promise((resume) => {
    queue.push({ computation, resume });
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  // A resumed computation runs before the next immediate; immediates that it sets belong to the next tick.
  setImmediate(() => {
    isScheduled = false;
    const next = queue.shift();
    if (next !== undefined) {
      beginTick().admitted.add(next.computation);
      next.resume();
    }
    if (queue.length > 0) schedule();
  });
}
