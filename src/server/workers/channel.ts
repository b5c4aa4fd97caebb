/** How the worker processes of one server tell each other what they must all know; their primary passes everything on. */
import cluster from "node:cluster";
import type { Change } from "../../services/services.js";

/** What one worker tells all others. */
export type WorkerMessage =
  /** Something changed in the store through this worker. */
  | { kind: "change"; change: Change }
  /** How many of something each client holds in this worker: all of it. */
  | { kind: "counts"; counts: [client: string, count: number][] };

/** What the primary passes on: a worker's message, or that workers have come or gone. */
export type Passed = { from: number; message: WorkerMessage } | { gone: number } | { come: number };

export interface WorkerChannel {
  send(message: WorkerMessage): void;
  /** @param listener called with what the other workers say, and when they come and go */
  listen(listener: (passed: Passed) => void): void;
}

/** Marks our messages among those of Node and of libraries. */
const name = "marquee";

/** The channel of this process; undefined unless it is one of several workers. */
export function openWorkerChannel(): WorkerChannel | undefined {
  if (!cluster.isWorker || process.send === undefined) return undefined;
  return {
    send(message) {
      // The primary may be gone: then this worker ends too.
      if (process.connected) process.send?.({ [name]: message });
    },
    listen(listener) {
      process.on("message", (received: { [name]?: Passed } | null) => {
        const passed = received?.[name];
        if (passed !== undefined) listener(passed);
      });
    },
  };
}

/**
 * Passes on what workers say to all others; call it once, in the primary.
 * @param onMessage called with each message, for the primary itself
 */
export function passMessagesOn(onMessage: (message: WorkerMessage) => void): void {
  const tellOthers = (own: number, passed: Passed) => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker !== undefined && worker.id !== own && worker.isConnected()) worker.send({ [name]: passed });
    }
  };
  cluster.on("message", (worker, received: { [name]?: WorkerMessage } | null) => {
    const message = received?.[name];
    if (message === undefined) return;
    tellOthers(worker.id, { from: worker.id, message });
    onMessage(message);
  });
  cluster.on("listening", ({ id }) => tellOthers(id, { come: id }));
  cluster.on("exit", ({ id }) => tellOthers(id, { gone: id }));
}
