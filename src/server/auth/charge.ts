/** Types of the functions that charge requests to a client's rate limit. */
import type { GraphQLError } from "graphql";

/**
 * Charges an operation, a subscription event or another request to a client's rate limit.
 * @param weight number of operations that it counts as; default 1
 * @throws {GraphQLError} RATE_LIMITED if the limit is exceeded
 */
export type Charge = (client: string, weight?: number) => Promise<void>;

/** Charges a request that was refused before it became an operation. @returns an error if the limit is exceeded */
export type ChargeRefused = (request: Request) => Promise<GraphQLError | undefined>;
