/** The charge function that counts a request against its client's rate limit. */
import type { GraphQLError } from "graphql";

/**
 * Counts an operation, a subscription event or another request against a client's limit.
 * @param weight how many operations it counts as; by default 1
 * @throws {GraphQLError} RATE_LIMITED where there were too many
 */
export type Charge = (client: string, weight?: number) => Promise<void>;

/** Counts what was refused before it came to be an operation. @returns another refusal where there were too many of them */
export type ChargeRefused = (request: Request) => Promise<GraphQLError | undefined>;
