/** Progress of a training, written by one process and read by others. */
import { renameSync, rmSync, writeFileSync } from "node:fs";

export interface TrainingProgress {
  /** Which kind of model: `bayes`, `mf` or `baseline`. */
  kind: string;
  /** What it is at, such as `chains` or `ranker`. */
  phase: string;
  /** In 0..1, of this phase. */
  done: number;
  state: "RUNNING" | "DONE" | "STOPPED";
  /** ISO 8601, in UTC. */
  at: string;
}

export interface TrainingReporter {
  update(phase: string, done: number): void;
  end(state: "DONE" | "STOPPED"): void;
}

const writeEveryMs = 500;

/** Writes progress into a file at most twice a second. A file that cannot be written stops no training. */
export function reportTraining(file: string, kind: string): TrainingReporter {
  let written = 0;
  let last: Pick<TrainingProgress, "phase" | "done"> = { phase: "start", done: 0 };
  const put = (state: TrainingProgress["state"]) => {
    const progress: TrainingProgress = { kind, ...last, state, at: new Date().toISOString() };
    try {
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(progress));
      renameSync(`${file}.${process.pid}`, file);
    } catch {
      rmSync(`${file}.${process.pid}`, { force: true });
    }
    written = performance.now();
  };
  return {
    update(phase, done) {
      const isNew = phase !== last.phase;
      last = { phase, done: Math.min(1, Math.max(0, done)) };
      if (isNew || performance.now() - written >= writeEveryMs) put("RUNNING");
    },
    end: (state) => {
      // What never began is no training.
      if (written === 0) return;
      if (state === "DONE") last = { ...last, done: 1 };
      put(state);
    },
  };
}
