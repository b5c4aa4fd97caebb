/** Runs a job with its progress shown, and with a signal that Ctrl-C aborts. */
import type { Progress } from "../../jobs/progress.js";
import { interruptSignal } from "./interrupt.js";
import { createProgressBars } from "./progress-bar.js";

/** Runs a job that Ctrl-C ends with the process. */
export async function runJob<T>(job: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = createProgressBars();
  try {
    return await job(progress);
  } finally {
    progress.stop();
  }
}

export interface Interrupt {
  signal: AbortSignal;
  /** From here on Ctrl-C ends the process. */
  release(): void;
}

/**
 * Runs a job that stops in an orderly way when its signal aborts: at the first Ctrl-C, or a termination.
 * @param message what is shown then
 */
export async function runInterruptible<T>(
  message: string,
  job: (progress: Progress, interrupt: Interrupt) => Promise<T>,
): Promise<{ report: T; interrupted: boolean }> {
  const interrupt = interruptSignal(message);
  try {
    const report = await runJob((progress) => job(progress, interrupt));
    return { report, interrupted: interrupt.signal.aborted };
  } finally {
    interrupt.release();
  }
}
