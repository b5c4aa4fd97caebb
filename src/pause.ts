/** Long computations on the thread that answers queries give others their turn, and end when nobody waits for them. */
import { AsyncLocalStorage } from "node:async_hooks";

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
 * @returns a function to call before each step of about a millisecond: what it returns is to be awaited, where this turn of the event
 *   loop lasted long enough, whoever else computed in it. It returns undefined where it did not: awaiting that too would let all who compute
 *   look at the time before the first of them computes. Throws what the signal was aborted with.
 */
export function createPause(): () => Promise<void> | undefined {
  const signal = waiting.getStore();
  return () => {
    signal?.throwIfAborted();
    if (!isTurnOver()) return undefined;
    return nextTurn().then(() => signal?.throwIfAborted());
  };
}

// Of the whole thread: many computations at once would else each take a turn's time in one and the same turn.
let turnBegan: number | undefined;
const resting: (() => void)[] = [];
let isScheduled = false;

function isTurnOver(): boolean {
  const now = performance.now();
  if (turnBegan === undefined) {
    turnBegan = now;
    setImmediate(() => {
      turnBegan = undefined;
    });
  }
  return now - turnBegan >= turnMs;
}

/** Waits for the others that rest already, each of which has a turn by itself. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    resting.push(resolve);
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  // What one resumes goes on before the next immediate; those set meanwhile are of the next turn.
  setImmediate(() => {
    isScheduled = false;
    turnBegan = performance.now();
    setImmediate(() => {
      turnBegan = undefined;
    });
    resting.shift()?.();
    if (resting.length > 0) schedule();
  });
}
