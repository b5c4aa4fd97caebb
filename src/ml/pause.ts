/** Long computations on the thread that answers queries give others their turn. */
import { setImmediate } from "node:timers/promises";

/** Computing goes on for so long before others have their turn. */
const turnMs = 4;

/** @returns a function to await between short steps: it gives way where this turn lasted long enough */
export function createPause(): () => Promise<void> | undefined {
  let started = performance.now();
  return () => {
    if (performance.now() - started < turnMs) return undefined;
    return setImmediate().then(() => {
      started = performance.now();
    });
  };
}
