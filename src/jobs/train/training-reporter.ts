/** Reports the progress of a training to the store, at most twice a second. */
import type { JobProgress, ProgressStore } from "../../store/training-progress.js";

export interface TrainingReporter {
  update(phase: string, done: number): void;
  /** Resolves once it is written. */
  end(state: "DONE" | "STOPPED"): Promise<void>;
}

const reportEveryMs = 500;

/** @param kind of model, such as `bayes` */
export function createTrainingReporter(store: ProgressStore, kind: string): TrainingReporter {
  let reportedAt = 0;
  let last: Pick<JobProgress, "phase" | "done"> = { phase: "start", done: 0 };
  // One after another, so that the last report is the last that is written.
  let writing = Promise.resolve();
  const report = (state: JobProgress["state"]) => {
    reportedAt = performance.now();
    const progress = { kind, ...last, state, at: new Date().toISOString() };
    writing = writing.then(() => store.report(progress));
  };
  return {
    update(phase, done) {
      const isNew = phase !== last.phase;
      last = { phase, done: Math.min(1, Math.max(0, done)) };
      if (isNew || performance.now() - reportedAt >= reportEveryMs) report("RUNNING");
    },
    end: async (state) => {
      // A training that never began is none.
      if (reportedAt === 0) return;
      if (state === "DONE") last = { ...last, done: 1 };
      report(state);
      await writing;
    },
  };
}
