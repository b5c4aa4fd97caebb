/** Progress that records what a job reports. */
import { expect } from "vitest";
import type { Progress, StageProgress } from "../../src/jobs/progress.js";

export interface RecordedProgress extends Progress {
  updates: StageProgress[];
  notes: string[];
  warnings: string[];
  /** In the order in which they began. */
  stages(): string[];
  /** Checks that each stage is counted up to its total, from one total only, and that none is returned to. */
  check(): void;
}

/** @param onUpdate called after each update is recorded */
export function recordProgress(onUpdate: (progress: StageProgress) => void = () => {}): RecordedProgress {
  const updates: StageProgress[] = [];
  const notes: string[] = [];
  const warnings: string[] = [];
  const stages = () => updates.map(({ stage }) => stage).filter((stage, i) => stage !== updates[i - 1]?.stage);
  return {
    updates,
    notes,
    warnings,
    stages,
    update(progress) {
      updates.push(progress);
      onUpdate(progress);
    },
    note: (text) => notes.push(text),
    warn: (text) => warnings.push(text),
    check() {
      expect(new Set(stages()).size).toBe(stages().length);
      for (const name of stages()) {
        const own = updates.filter(({ stage }) => stage === name);
        const done = own.map((update) => update.done);
        expect(new Set(own.map(({ total, unit }) => `${total} ${unit}`)).size).toBe(1);
        expect(done).toEqual(done.toSorted((a, b) => a - b));
        expect(done.at(-1)).toBe(own[0].total);
      }
    },
  };
}
