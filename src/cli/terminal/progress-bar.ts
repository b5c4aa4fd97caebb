/** Shows a job's progress on standard error: one bar per stage, or a line every two seconds where that is no terminal. */
import { SingleBar } from "cli-progress";
import type { Progress, StageProgress } from "../../jobs/progress.js";
import { say } from "./output.js";

export interface ProgressBars extends Progress {
  /** Ends the current bar. A bar that goes on would keep the process from ending. */
  stop(): void;
}

export function createProgressBars(): ProgressBars {
  let stage: string | undefined;
  let bar: ReturnType<typeof startBar> | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
    stage = undefined;
  };
  /** A line of its own, below the bar where one is drawn. */
  const sayBelow = (text: string) => say(bar !== undefined && process.stderr.isTTY ? `\n${text}` : text);
  return {
    update(progress) {
      if (progress.stage !== stage) {
        stop();
        bar = startBar(progress);
        stage = progress.stage;
      }
      bar?.update(progress);
    },
    note: sayBelow,
    warn: (text) => sayBelow(`marquee: ${text}`),
    stop,
  };
}

/** Labels of most stages are that long or shorter: their bars line up. */
const labelWidth = 6;

function startBar({ stage, total, unit }: StageProgress) {
  const scale = unit === "MB" ? 1e6 : 1;
  const digits = unit === "MB" ? 1 : 0;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `${stage.padEnd(labelWidth)} [{bar}] {percentage}% | {shown}/{whole} ${unit} | {eta_formatted} left {note}`,
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
    update({ done, detail = "" }: StageProgress): void {
      last = done;
      bar.update(done, { shown: (done / scale).toFixed(digits), note: detail });
    },
    stop(): void {
      bar.update(last);
      bar.stop();
    },
  };
}
