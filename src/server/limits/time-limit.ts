/** Time limit of an operation, or of one event of a subscription. */
import { GraphQLError } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { AppError } from "../../errors.js";
import { withSignal } from "../../event-loop.js";
import type { Charge } from "../auth/charge.js";
import type { Clients } from "../auth/clients.js";
import { asGraphQLError } from "../errors/mask-error.js";
import type { Admission } from "./admission.js";
import { costOf } from "./operation-cost.js";
import { weightOf } from "./rate-limit.js";

/**
 * Answers TIMEOUT when the work takes longer than `timeoutMs`, begins no further field of it, and ends what is computed
 * for it; the latter also when the client has gone. A write that has begun is finished: a mutation that waits for a lock
 * may still happen.
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

/** The parts that come until the time is over, and then a last one that says so. */
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
  { signal, tooLate, late }: Clock,
): Promise<IteratorResult<unknown> | Late> {
  try {
    return await Promise.race([iterator.next(), late]);
  } catch (error) {
    if (!signal.aborted) throw error;
    return signal.reason === tooLate ? late : { done: true, value: undefined };
  }
}

interface Late {
  errors: GraphQLError[];
}

interface Clock {
  signal: AbortSignal;
  /** What the signal is aborted with when the time is over. */
  tooLate: AppError;
  /** Comes when the time is over. */
  late: Promise<Late>;
  /** Whoever waited has gone. */
  giveUp(): void;
  stop(): void;
}

function startClock(timeoutMs: number, gone: AbortSignal | undefined): Clock {
  let timer: NodeJS.Timeout | undefined;
  const controller = new AbortController();
  const tooLate = new AppError(
    "TIMEOUT",
    `expected an answer within ${timeoutMs} ms, but this query took longer: ask for less`,
  );
  const late = new Promise<Late>((resolve) => {
    timer = setTimeout(() => {
      resolve({ errors: [asGraphQLError(tooLate)] });
      controller.abort(tooLate);
    }, timeoutMs);
  });
  const giveUp = () => controller.abort(new AppError("INTERRUPTED", "the client has gone"));
  if (gone?.aborted) giveUp();
  gone?.addEventListener("abort", giveUp, { once: true });
  return {
    signal: controller.signal,
    tooLate,
    late,
    giveUp,
    stop() {
      clearTimeout(timer);
      gone?.removeEventListener("abort", giveUp);
    },
  };
}

export interface OperationLimits {
  timeoutMs: number;
  admission: Admission;
  charge: Charge;
  clients: Clients;
}

/** An operation is weighed, counted by its weight, and run when its turn has come; waiting for that counts, too. */
export function useOperationLimits({ timeoutMs, admission, charge, clients }: OperationLimits): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: Parameters<typeof executeFn>[0]) => {
        const { request } = args.contextValue as { request: Request };
        const client = clients.nameOf(request);
        const cost = costOf(args);
        try {
          if (weightOf(cost) > 1) await charge(client, weightOf(cost) - 1);
          return await answerInTime(timeoutMs, request.signal, (signal) => {
            // Yoga's executor heeds `signal`, though envelop's types lack it.
            const cancellable: typeof args & { signal: AbortSignal } = { ...args, signal };
            return admission.run(client, cost, () => {
              signal.throwIfAborted();
              return executeFn(cancellable);
            });
          });
        } catch (error) {
          // Nothing of it was run: it is the whole answer.
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
