/** Rejects incremental results and subscriptions in batches. */
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
  // Nobody reads the stream, so its resources are released.
  answer[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {});
  const message = "expected only queries and mutations without @defer and @stream in a batch";
  return { errors: [asGraphQLError(new AppError("INVALID_ARGUMENT", message))] };
}
