/** Records unhandled rejections during each test of a file, which would otherwise end the run. */
import { afterEach, beforeEach } from "vitest";

/** Call once at the top of a file. @returns the reasons recorded in this test so far, and the listener that records them */
export function recordUnhandledRejections(): { reasons(): readonly unknown[]; listener(reason: unknown): void } {
  let reasons: unknown[] = [];
  const listener = (reason: unknown) => {
    reasons.push(reason);
  };
  beforeEach(() => {
    reasons = [];
    process.on("unhandledRejection", listener);
  });
  afterEach(() => {
    process.off("unhandledRejection", listener);
  });
  return { reasons: () => reasons, listener };
}
