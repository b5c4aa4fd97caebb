/**
 * Limits concurrent operations, so that clients share the server fairly and memory is bounded. Heavy operations wait in a
 * queue per client, served round-robin; light ones do not wait for them. Waiting too long is an OVERLOADED error.
 */
import { GraphQLError } from "graphql";
import type { ErrorCode } from "../../errors.js";

export interface AdmissionOptions {
  /** Concurrent heavy operations: more would not finish sooner, since all compute on one thread. */
  maxHeavy: number;
  /** Concurrent operations of one client, including light ones. */
  maxPerClient: number;
  /** Waiting operations of all clients together. */
  maxWaiting: number;
  maxWaitMs: number;
}

export const admissionDefaults = { maxHeavy: 4, maxPerClient: 8, maxWaiting: 1_000 };

/** Maximum cost of a light operation, which reads a few rows and computes nothing. */
export const lightCost = 60;

export interface Admission {
  /**
   * Runs work once admitted.
   * @param cost complexity of the operation in the schema
   * @throws {GraphQLError} OVERLOADED, with status 503 and Retry-After, if too many wait or it waited too long
   */
  run<T>(client: string, cost: number, work: () => T | Promise<T>): Promise<T>;
}

interface Waiting {
  isHeavy: boolean;
  start(): void;
}

interface Client {
  running: number;
  queue: Waiting[];
}

export function createAdmission({ maxHeavy, maxPerClient, maxWaiting, maxWaitMs }: AdmissionOptions): Admission {
  // In round-robin order: the client served last is last.
  const clients = new Map<string, Client>();
  let heavy = 0;
  let waiting = 0;

  const mayStart = (client: Client, isHeavy: boolean) =>
    client.running < maxPerClient && (!isHeavy || heavy < maxHeavy);

  function acquire(client: Client, isHeavy: boolean): void {
    client.running++;
    if (isHeavy) heavy++;
  }

  function release(name: string, client: Client, isHeavy: boolean): void {
    client.running--;
    if (isHeavy) heavy--;
    if (client.running === 0 && client.queue.length === 0) clients.delete(name);
    for (const [next, other] of clients) {
      const index = other.queue.findIndex((entry) => mayStart(other, entry.isHeavy));
      if (index < 0) continue;
      const [entry] = other.queue.splice(index, 1);
      clients.delete(next);
      clients.set(next, other);
      acquire(other, entry.isHeavy);
      entry.start();
    }
  }

  function waitForSlot(client: Client, isHeavy: boolean): Promise<void> {
    if (waiting >= maxWaiting) throw overloaded(maxWaitMs);
    return new Promise((resolve, reject) => {
      waiting++;
      const entry: Waiting = {
        isHeavy,
        start() {
          clearTimeout(timer);
          waiting--;
          resolve();
        },
      };
      const timer = setTimeout(() => {
        client.queue.splice(client.queue.indexOf(entry), 1);
        waiting--;
        reject(overloaded(maxWaitMs));
      }, maxWaitMs);
      client.queue.push(entry);
    });
  }

  return {
    async run(name, cost, work) {
      const client = clients.get(name) ?? { running: 0, queue: [] };
      clients.set(name, client);
      const isHeavy = cost > lightCost;
      if (mayStart(client, isHeavy)) acquire(client, isHeavy);
      else await waitForSlot(client, isHeavy);
      try {
        return await work();
      } finally {
        release(name, client, isHeavy);
      }
    },
  };
}

function overloaded(waitedMs: number): GraphQLError {
  const code: ErrorCode = "OVERLOADED";
  const seconds = String(Math.max(1, Math.ceil(waitedMs / 1000)));
  return new GraphQLError(`the server is overloaded: try again in ${seconds} s`, {
    extensions: { code, http: { status: 503, headers: { "retry-after": seconds } } },
  });
}
