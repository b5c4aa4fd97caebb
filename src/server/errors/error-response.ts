/** HTTP responses for requests that fail before a GraphQL operation starts. */
import { GraphQLError } from "graphql";
import type { AppError } from "../../errors.js";
import { asGraphQLError } from "./mask-error.js";

/** The response for an error with its own status and headers (`extensions.http`). */
export function refusalResponse(fetchAPI: { Response: typeof Response }, error: GraphQLError): Response {
  const { http, ...extensions } = error.extensions;
  const { status, headers } = http as { status: number; headers?: Record<string, string> };
  return errorResponse(fetchAPI, status, new GraphQLError(error.message, { extensions }), headers);
}

export function errorResponse(
  fetchAPI: { Response: typeof Response },
  status: number,
  error: AppError | GraphQLError,
  headers: Record<string, string> = {},
): Response {
  return fetchAPI.Response.json(
    { errors: [(error instanceof GraphQLError ? error : asGraphQLError(error)).toJSON()] },
    { status, headers },
  );
}
