/** The process that starts the workers of one server, and starts another where one ends. */
import cluster, { type Address, type Worker } from "node:cluster";
import { once } from "node:events";
import type { Logger } from "pino";
import { RateLimiterClusterMaster } from "rate-limiter-flexible";
import { AppError } from "../../errors.js";
import { passMessagesOn, type WorkerMessage } from "./channel.js";

export interface WorkerPoolOptions {
  /** Settles once the server shall stop: workers may end by themselves from then on, as by Ctrl-C. */
  stopping: Promise<void>;
  /** Called with what workers tell each other. */
  onMessage(message: WorkerMessage): void;
}

export interface WorkerPool {
  /** Such as `http://127.0.0.1:4000`. */
  address: string;
  /** Ends all workers, as gracefully as they end by themselves. */
  stop(): Promise<void>;
}

/** A worker that ends sooner than this after it started would end again: the next one waits. */
const soonMs = 5000;
/** Longer than a worker waits for its last responses. */
const stopWithinMs = 10_000;

/**
 * Starts workers that run this program with the same arguments, and waits until all of them listen. A worker that ends afterwards is
 * logged, and another takes its place.
 * @throws {AppError} CONFIG_INVALID where one ends before it listens; it has said why
 */
export async function startWorkers(
  count: number,
  logger: Logger,
  { stopping, onMessage }: WorkerPoolOptions,
): Promise<WorkerPool> {
  passMessagesOn(onMessage);
  // Counts operations of clients for all workers.
  new RateLimiterClusterMaster();
  let isStopping = false;
  void stopping.then(() => {
    isStopping = true;
  });
  const workers = new Set<Worker>();
  const timers = new Set<NodeJS.Timeout>();

  function start(): Worker {
    const worker = cluster.fork();
    const startedAt = performance.now();
    workers.add(worker);
    worker.once("listening", () =>
      logger.info({ worker: worker.id, workerPid: worker.process.pid }, "a worker listens"),
    );
    worker.once("exit", (code, signal) => {
      workers.delete(worker);
      if (isStopping || !isServing) return;
      const waitMs = performance.now() - startedAt < soonMs ? soonMs : 0;
      const reason = signal === null ? `with exit status ${code}` : `by ${signal}`;
      logger.error(
        { worker: worker.id, workerPid: worker.process.pid },
        `a worker ended ${reason}: another is started`,
      );
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!isStopping) start();
      }, waitMs);
      timers.add(timer);
    });
    return worker;
  }

  async function stop(): Promise<void> {
    isStopping = true;
    for (const timer of timers) clearTimeout(timer);
    await Promise.all(
      [...workers].map(async (worker) => {
        const ended = once(worker, "exit");
        const timer = setTimeout(() => worker.process.kill("SIGKILL"), stopWithinMs);
        worker.process.kill("SIGTERM");
        await ended;
        clearTimeout(timer);
      }),
    );
  }

  let isServing = false;
  const first = Array.from({ length: count }, start);
  try {
    const [address] = await Promise.all(first.map(waitUntilListening));
    isServing = true;
    return { address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function waitUntilListening(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once("listening", ({ address, port, addressType }: Address) => {
      const host = addressType === 6 ? `[${address}]` : address;
      resolve(`http://${host}:${port}`);
    });
    worker.once("exit", () =>
      reject(new AppError("CONFIG_INVALID", "a worker ended before it listened, as it says above")),
    );
  });
}
