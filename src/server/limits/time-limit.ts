/** Limits the time of an operation or of one subscription event, and applies charge and admission. */
import { GraphQLError } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { AppError } from "../../errors.js";
import { withSignal } from "../../event-loop.js";
import type { Charge } from "../auth/charge.js";
import type { Clients } from "../auth/clients.js";
import { asGraphQLError } from "../errors/mask-error.js";
import type { Admission } from "./admission.js";
import { operationCost } from "./operation-cost.js";
import { operationWeight } from "./rate-limit.js";

/**
 * Returns TIMEOUT if the work takes longer than `timeoutMs`, starts no further field and aborts its computations; the
 * last also when the client disconnects. A started write is completed: a mutation that waits for a lock may still take
 * effect.
 */
export async function answerInTime<T>(
  timeoutMs: number,
  gone: AbortSignal | undefined,
  work: (signal: AbortSignal) => T,
): Promise<Awaited<T> | Late> {
  const clock = startClock(timeoutMs, gone);
  let isLast = true;
  try {
    const answer = await Promise.race([withSignal(clock.signal, () => work(clock.signal)), clock.late]);
    if (!isAsyncIterable(answer)) return answer;
    isLast = false;
    return partsInTime(answer, clock) as Awaited<T>;
  } finally {
    if (isLast) clock.stop();
  }
}

/** The parts until the timeout, then a final part with the TIMEOUT error. */
function partsInTime(parts: AsyncIterable<unknown>, clock: Clock): AsyncIterableIterator<unknown> {
  const iterator = parts[Symbol.asyncIterator]();
  let isOver = false;

  function end(): IteratorReturnResult<undefined> {
    isOver = true;
    clock.stop();
    return { value: undefined, done: true };
  }

  return {
    async next() {
      if (isOver) return end();
      const part = await nextInTime(iterator, clock);
      if (!("errors" in part)) return part.done ? end() : part;
      end();
      return { value: { incremental: [{ path: [], ...part }], hasNext: false }, done: false };
    },
    async return() {
      clock.giveUp();
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function nextInTime(
  iterator: AsyncIterator<unknown>,
  { signal, late }: Clock,
): Promise<IteratorResult<unknown> | Late> {
  try {
    return await Promise.race([iterator.next(), late]);
  } catch (error) {
    if (!signal.aborted) throw error;
    return isTooLate(signal.reason) ? late : { done: true, value: undefined };
  }
}

interface Late {
  errors: GraphQLError[];
}

interface Clock {
  signal: AbortSignal;
  /** Resolves on timeout. */
  late: Promise<Late>;
  /** Aborts because the client has disconnected. */
  giveUp(): void;
  stop(): void;
}

function startClock(timeoutMs: number, gone: AbortSignal | undefined): Clock {
  let timer: NodeJS.Timeout | undefined;
  const controller = new AbortController();
  const late = new Promise<Late>((resolve) => {
    timer = setTimeout(() => {
      const tooLate = new AppError("TIMEOUT", `the query took longer than ${timeoutMs} ms: request less`);
      resolve({ errors: [asGraphQLError(tooLate)] });
      controller.abort(tooLate);
    }, timeoutMs);
  });
  const giveUp = () => controller.abort(new AppError("INTERRUPTED", "the client has disconnected"));
  if (gone?.aborted) giveUp();
  gone?.addEventListener("abort", giveUp, { once: true });
  return {
    signal: controller.signal,
    late,
    giveUp,
    stop() {
      clearTimeout(timer);
      gone?.removeEventListener("abort", giveUp);
    },
  };
}

function isTooLate(reason: unknown): boolean {
  return reason instanceof AppError && reason.code === "TIMEOUT";
}

export interface OperationLimits {
  timeoutMs: number;
  admission: Admission;
  charge: Charge;
  clients: Clients;
}

/** Charges an operation by its weight and runs it once admitted; waiting counts towards the time limit. */
export function useOperationLimits({ timeoutMs, admission, charge, clients }: OperationLimits): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: Parameters<typeof executeFn>[0]) => {
        const { request } = args.contextValue as { request: Request };
        const client = clients.getName(request);
        const cost = operationCost(args);
        try {
          if (operationWeight(cost) > 1) await charge(client, operationWeight(cost) - 1);
          return await answerInTime(timeoutMs, request.signal, (signal) => {
            // Yoga's executor supports `signal`, though envelop's types lack it.
            const cancellable: typeof args & { signal: AbortSignal } = { ...args, signal };
            return admission.run(client, cost, () => {
              signal.throwIfAborted();
              return executeFn(cancellable);
            });
          });
        } catch (error) {
          // Nothing was executed, so the error is the whole result.
          if (error instanceof GraphQLError && isRefusal(error)) return { errors: [error] };
          throw error;
        }
      });
    },
  };
}

function isRefusal({ extensions }: GraphQLError): boolean {
  return extensions.code === "OVERLOADED" || extensions.code === "RATE_LIMITED";
}
