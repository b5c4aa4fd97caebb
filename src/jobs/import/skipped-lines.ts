/** Counts the bad lines that an import skips, and notes the first few of each kind. */
import type { BadLine } from "../../datasets/movielens/rows.js";
import type { Progress } from "../progress.js";

/** Of each kind. */
const maxNoted = 3;

export interface SkippedKind {
  file: string;
  /** What the lines lack. */
  expected: string;
  count: number;
}

export interface SkippedLines {
  add(line: BadLine): void;
  /** Most frequent first. */
  kinds(): SkippedKind[];
}

export function createSkippedLines(progress: Progress): SkippedLines {
  const kinds = new Map<string, SkippedKind>();
  return {
    add({ file, kind, message }) {
      const known = kinds.get(`${file} ${kind}`) ?? { file, expected: kind, count: 0 };
      kinds.set(`${file} ${kind}`, known);
      known.count++;
      if (known.count <= maxNoted) progress.note(`skipped: ${message}`);
    },
    kinds: () => [...kinds.values()].sort((a, b) => b.count - a.count),
  };
}
