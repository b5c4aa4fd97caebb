/** A progress bar on standard error; a line every two seconds where that is no terminal. */
import { SingleBar } from "cli-progress";

export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** @param unit what is counted, such as `posters`; `MB` counts bytes and shows megabytes */
export function createProgress(label: string, total: number, unit: string): Progress {
  const scale = unit === "MB" ? 1e6 : 1;
  const digits = unit === "MB" ? 1 : 0;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `${label} [{bar}] {percentage}% | {shown}/{whole} ${unit} | {eta_formatted} left {note}`,
    barsize: 24,
    // Hidden, it would stay so where Ctrl-C ends the process.
    hideCursor: false,
    noTTYOutput: true,
    notTTYSchedule: 2000,
    etaBuffer: 50,
  });
  const whole = (total / scale).toFixed(digits);
  bar.start(total, 0, { shown: "0", whole, note: "" });
  let last = 0;
  return {
    update: (done, note = "") => {
      last = done;
      bar.update(done, { shown: (done / scale).toFixed(digits), note });
    },
    stop: () => {
      bar.update(last);
      bar.stop();
    },
  };
}
