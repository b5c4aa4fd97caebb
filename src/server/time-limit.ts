/** The time that one operation, or one event of a subscription, may take. */
import type { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../errors.js";
import { withSignal } from "../pause.js";
import { asGraphQLError } from "./mask-error.js";

/**
 * Answers TIMEOUT when the work takes longer than `timeoutMs`, begins no further field of it, and ends what is computed
 * for it; the latter also when the client has gone. A write that has begun is finished: a mutation that waits for a lock
 * may still happen.
 */
export async function answerInTime<T>(
  timeoutMs: number,
  gone: AbortSignal | undefined,
  work: (signal: AbortSignal) => T,
): Promise<Awaited<T> | { errors: GraphQLError[] }> {
  let timer: NodeJS.Timeout | undefined;
  const controller = new AbortController();
  const tooLate = new AppError(
    "TIMEOUT",
    `expected an answer within ${timeoutMs} ms, but this query took longer: ask for less`,
  );
  const late = new Promise<{ errors: GraphQLError[] }>((resolve) => {
    timer = setTimeout(() => {
      resolve({ errors: [asGraphQLError(tooLate)] });
      controller.abort(tooLate);
    }, timeoutMs);
  });
  const stop = () => controller.abort(new AppError("INTERRUPTED", "the client has gone"));
  if (gone?.aborted) stop();
  gone?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([withSignal(controller.signal, () => work(controller.signal)), late]);
  } finally {
    clearTimeout(timer);
    gone?.removeEventListener("abort", stop);
  }
}

export function useTimeLimit(timeoutMs: number): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: Parameters<typeof executeFn>[0]) => {
        const { request } = args.contextValue as { request?: Request };
        return answerInTime(timeoutMs, request?.signal, (signal) => {
          // Yoga's executor heeds `signal`, though envelop's types lack it.
          const cancellable: typeof args & { signal: AbortSignal } = { ...args, signal };
          return executeFn(cancellable);
        });
      });
    },
  };
}
