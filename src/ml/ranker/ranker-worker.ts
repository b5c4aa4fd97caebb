/** Worker thread that trains one part of a ranker; started by `ranker-train.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { fitEase } from "./ease.js";
import { fitIals } from "./ials.js";
import type { RankerJob, RankerMessage } from "./ranker-train.js";

if (parentPort === null) throw new Error("ranker-worker runs as a worker thread only: see trainRanker");
const port = parentPort;
const job = workerData as RankerJob;

const step = () => post({ kind: "step" });
const result =
  job.part === "ials" ? fitIals(job.likes, job.options, step) : fitEase(job.likes, job.regularization, step);
port.postMessage({ kind: "done", result } satisfies RankerMessage, [result.buffer as ArrayBuffer]);

function post(message: RankerMessage): void {
  port.postMessage(message);
}
