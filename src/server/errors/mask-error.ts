/** What a client reads of an error: its own faults with a code, ours masked and logged. */
import { GraphQLError } from "graphql";
import type { Logger } from "pino";
import { AppError, type ErrorCode, storageError } from "../../errors.js";
import { InvalidInput } from "../../resolvers/request/validate.js";
import { currentRequestId } from "./request-id.js";

/** An AppError as a GraphQL error with its code in the extensions, at the field that threw it. */
export function asGraphQLError(error: AppError, at?: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: at?.nodes,
    source: at?.source,
    positions: at?.positions,
    path: at?.path,
    extensions: { code: error.code, ...(error instanceof InvalidInput ? { issues: error.issues } : {}) },
  });
}

/** What no client can help: its operator must read of it too. */
const operatorsFault: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "DATABASE_BUSY",
  "STORAGE_FAILED",
  "KEYS_UNREACHABLE",
  "MODEL_NOT_FOUND",
  "MODEL_INVALID",
  "MODEL_OTHER_DATASET",
  "ENCODER_NOT_FOUND",
  "ENCODER_INVALID",
]);

/** Their messages name folders of the server, which are no client's business. */
const showsPath: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["MODEL_INVALID", "ENCODER_INVALID", "POSTER_UNREADABLE"]);

/** Of graphql's errors: names of the schema that are like what came. */
const suggestion = / *Did you mean [^?]*\?/g;

/** The same error without the names that are like what came. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(suggestion, "");
  if (message === error.message) return error;
  const { nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}

/** @param suggests whether clients are told similar names */
export function createMaskError(logger: Logger, suggests: boolean) {
  const shown = (error: AppError, at?: GraphQLError) => {
    if (operatorsFault.has(error.code)) logger.warn({ err: error, requestId: currentRequestId() }, "a query failed");
    if (!showsPath.has(error.code)) return asGraphQLError(error, at);
    const message = "expected a model and an encoder that can be loaded: the server's log says what is wrong with them";
    return asGraphQLError(new AppError(error.code, message), at);
  };
  return (error: unknown): GraphQLError => {
    if (error instanceof AppError) return shown(error);
    if (error instanceof GraphQLError) {
      const cause = error.originalError;
      if (cause instanceof AppError) return shown(cause, error);
      // Without a cause it is graphql's own: a syntax or validation error, which is the client's fault.
      if (cause === undefined || cause instanceof GraphQLError) {
        return withCode(error, suggests ? error.message : error.message.replace(suggestion, ""));
      }
    }
    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    const storage = storageError(cause);
    if (storage !== undefined) return shown(storage, error instanceof GraphQLError ? error : undefined);
    logger.error({ err: cause, requestId: currentRequestId() }, "unexpected error");
    return new GraphQLError("Unexpected error: it was logged on the server.", {
      path: error instanceof GraphQLError ? error.path : undefined,
      extensions: { code: "INTERNAL_SERVER_ERROR" },
    });
  };
}

/** graphql itself gives its errors no code, such as those of variables. */
function withCode(error: GraphQLError, message: string): GraphQLError {
  if (error.extensions.code !== undefined && message === error.message) return error;
  const { nodes, source, positions, path, originalError } = error;
  const extensions = { code: "BAD_USER_INPUT", ...error.extensions };
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}
