/** What a client reads of an error: its own faults with a code, ours masked and logged. */
import { GraphQLError } from "graphql";
import type { Logger } from "pino";
import { AppError } from "../errors.js";

/** An AppError as a GraphQL error with its code in the extensions, at the field that threw it. */
export function asGraphQLError(error: AppError, at?: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: at?.nodes,
    source: at?.source,
    positions: at?.positions,
    path: at?.path,
    extensions: { code: error.code },
  });
}

export function createMaskError(logger: Logger) {
  return (error: unknown): Error => {
    if (error instanceof AppError) return asGraphQLError(error);
    if (error instanceof GraphQLError) {
      const cause = error.originalError;
      if (cause instanceof AppError) return asGraphQLError(cause, error);
      // Without a cause it is graphql's own: a syntax or validation error, which is the client's fault.
      if (cause === undefined || cause instanceof GraphQLError) return error;
    }
    logger.error({ err: error instanceof GraphQLError ? (error.originalError ?? error) : error }, "unexpected error");
    return new GraphQLError("Unexpected error: it was logged on the server.", {
      path: error instanceof GraphQLError ? error.path : undefined,
      extensions: { code: "INTERNAL_SERVER_ERROR" },
    });
  };
}
