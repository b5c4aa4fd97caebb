/** An answer to a request that never came to be a GraphQL operation. */
import { GraphQLError } from "graphql";
import type { AppError } from "../errors.js";
import { asGraphQLError } from "./mask-error.js";

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
