/**
 * How much is worked on at once, so that others have their turn and memory is bounded: heavy operations wait in one queue a client, of
 * which each client's first comes in turn; light ones are not kept waiting by them. Who waits too long is told to come back.
 */
import { GraphQLError } from "graphql";
import type { ErrorCode } from "../../errors.js";

export interface AdmissionOptions {
  /** Heavy operations worked on at once: more would not be answered sooner, for they all compute on one thread. */
  heavyAtOnce: number;
  /** Operations of one client worked on at once, light ones included. */
  perClient: number;
  /** Operations that wait, of all clients together. */
  maxWaiting: number;
  maxWaitMs: number;
}

export const admissionDefaults = { heavyAtOnce: 4, perClient: 8, maxWaiting: 1_000 };

/** Up to this cost an operation is light: it reads a few rows, and computes nothing. */
export const lightCost = 60;

export interface Admission {
  /**
   * Runs work when its turn has come.
   * @param cost of the operation, as the schema counts it
   * @throws {GraphQLError} OVERLOADED, with status 503 and Retry-After, where too many wait, or it waited too long
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

export function createAdmission({ heavyAtOnce, perClient, maxWaiting, maxWaitMs }: AdmissionOptions): Admission {
  // In the order of whose turn it is: who was served last stands last.
  const clients = new Map<string, Client>();
  let heavy = 0;
  let waiting = 0;

  const mayStart = (client: Client, isHeavy: boolean) =>
    client.running < perClient && (!isHeavy || heavy < heavyAtOnce);

  function take(client: Client, isHeavy: boolean): void {
    client.running++;
    if (isHeavy) heavy++;
  }

  function release(name: string, client: Client, isHeavy: boolean): void {
    client.running--;
    if (isHeavy) heavy--;
    if (client.running === 0 && client.queue.length === 0) clients.delete(name);
    for (const [next, other] of clients) {
      const at = other.queue.findIndex((entry) => mayStart(other, entry.isHeavy));
      if (at < 0) continue;
      const [entry] = other.queue.splice(at, 1);
      clients.delete(next);
      clients.set(next, other);
      take(other, entry.isHeavy);
      entry.start();
    }
  }

  function turn(client: Client, isHeavy: boolean): Promise<void> {
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
      if (mayStart(client, isHeavy)) take(client, isHeavy);
      else await turn(client, isHeavy);
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
  return new GraphQLError(
    `expected fewer queries at once than this server can answer now: try again in ${seconds} seconds`,
    {
      extensions: { code, http: { status: 503, headers: { "retry-after": seconds } } },
    },
  );
}
