/** Long computations on the thread that answers queries give others their turn, and end when nobody waits for them. */
import { AsyncLocalStorage } from "node:async_hooks";

/** Computing goes on for so long before others have their turn. */
const tickBudgetMs = 4;
/** What a step is taken to last until it is done. */
const stepMs = 1;

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
 * @returns a function to await before each step of about a millisecond: it yields to the event loop where this tick lasted long
 *   enough, whoever else computed in it, and throws what the signal was aborted with
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
  /** Those that were let go on in this turn: each has a step to do, or is doing it. */
  admitted: Set<object>;
}

// Of the whole thread: many computations at once would else each take a turn's time in one and the same turn.
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

/** Steps that were admitted count before they are done: whoever awaits is overtaken by all who ask meanwhile. */
function isWithinBudget(computation: object): boolean {
  const { began, admitted } = tick ?? beginTick();
  admitted.delete(computation);
  if (performance.now() - began + admitted.size * stepMs >= tickBudgetMs) return false;
  admitted.add(computation);
  return true;
}

/** Waits for the others that rest already, each of which has a turn by itself. */
function nextTick(computation: object): Promise<void> {
  return new Promise((resume) => {
    queue.push({ computation, resume });
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  // What one resumes goes on before the next immediate; those set meanwhile are of the next turn.
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
