/** Converts errors for clients: client errors keep their message and code, unexpected ones are masked and logged. */
import { GraphQLError } from "graphql";
import type { Logger } from "pino";
import { AppError, type ErrorCode, storageError } from "../../errors.js";
import { InvalidInput } from "../../resolvers/request/validate.js";
import { currentRequestId } from "./request-id.js";

/** An AppError as a GraphQL error with its code in the extensions, located at the field that threw it. */
export function asGraphQLError(error: AppError, location?: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: location?.nodes,
    source: location?.source,
    positions: location?.positions,
    path: location?.path,
    extensions: { code: error.code, ...(error instanceof InvalidInput ? { issues: error.issues } : {}) },
  });
}

/** Errors that no client can fix; they are logged for the operator too. */
const operatorErrors: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "DATABASE_BUSY",
  "STORAGE_FAILED",
  "KEYS_UNREACHABLE",
  "MODEL_NOT_FOUND",
  "MODEL_INVALID",
  "MODEL_OTHER_DATASET",
  "ENCODER_NOT_FOUND",
  "ENCODER_INVALID",
]);

/** Errors whose messages contain server paths, which clients must not see. */
const errorsWithPaths: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "MODEL_INVALID",
  "ENCODER_INVALID",
  "POSTER_UNREADABLE",
]);

/** The suggestion of similar schema names in graphql's errors. */
const suggestion = / *Did you mean [^?]*\?/g;

/** The same error without suggested names. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(suggestion, "");
  if (message === error.message) return error;
  const { nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}

/** @param suggests whether clients see suggested names */
export function createMaskError(logger: Logger, suggests: boolean) {
  const shown = (error: AppError, location?: GraphQLError) => {
    if (operatorErrors.has(error.code)) logger.warn({ err: error, requestId: currentRequestId() }, "a query failed");
    if (!errorsWithPaths.has(error.code)) return asGraphQLError(error, location);
    const message = "the model or the encoder cannot be loaded: see the server's log";
    return asGraphQLError(new AppError(error.code, message), location);
  };
  return (error: unknown): GraphQLError => {
    if (error instanceof AppError) return shown(error);
    if (error instanceof GraphQLError) {
      const cause = error.originalError;
      if (cause instanceof AppError) return shown(cause, error);
      // Without a cause it is graphql's own syntax or validation error, which the client caused.
      if (cause === undefined || cause instanceof GraphQLError) {
        return withCode(error, suggests ? error.message : error.message.replace(suggestion, ""));
      }
    }
    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    const storage = storageError(cause);
    if (storage !== undefined) return shown(storage, error instanceof GraphQLError ? error : undefined);
    logger.error({ err: cause, requestId: currentRequestId() }, "unexpected error");
    return new GraphQLError("Unexpected error. See the server's log.", {
      path: error instanceof GraphQLError ? error.path : undefined,
      extensions: { code: "INTERNAL_SERVER_ERROR" },
    });
  };
}

/** Adds a code to an error of graphql itself, which has none. */
function withCode(error: GraphQLError, message: string): GraphQLError {
  if (error.extensions.code !== undefined && message === error.message) return error;
  const { nodes, source, positions, path, originalError } = error;
  const extensions = { code: "BAD_USER_INPUT", ...error.extensions };
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}
