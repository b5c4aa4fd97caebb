/** Answers a batch as a whole: incremental results and subscriptions are refused in it. */
import type { ExecutionResult } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { AppError } from "../../errors.js";
import { asGraphQLError } from "../errors/mask-error.js";

export function useWholeBatches(): Plugin {
  return {
    onResultProcess({ result, setResult }) {
      if (!Array.isArray(result)) return;
      setResult(result.map((answer) => (isAsyncIterable(answer) ? refuse(answer) : answer)));
    },
  };
}

function refuse(answer: AsyncIterable<unknown>): ExecutionResult {
  // Nobody reads it: what it holds open is let go of.
  answer[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {});
  const message =
    "expected queries and mutations that are answered whole in a batch, received a subscription or @defer";
  return { errors: [asGraphQLError(new AppError("INVALID_ARGUMENT", message))] };
}
