/** How many operations a client may send in a minute. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { ErrorCode } from "../errors.js";
import type { Clients } from "./clients.js";

/** Counts one operation, or event of a subscription, of a client. @throws {GraphQLError} RATE_LIMITED where there were too many */
export type Charge = (client: string) => Promise<void>;

/** @param perMinute of one client; 0 for no limit */
export function createRateLimit(perMinute: number): Charge {
  if (perMinute === 0) return async () => {};
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (client) => {
    try {
      await limiter.consume(client);
    } catch (cause) {
      if (!(cause instanceof RateLimiterRes)) throw cause;
      const seconds = Math.ceil(cause.msBeforeNext / 1000);
      throw tooMany(`expected up to ${perMinute} operations a minute, received more: try again in ${seconds} seconds`, {
        "retry-after": String(seconds),
      });
    }
  };
}

/** Each operation of a batch counts. */
export function useRateLimit(charge: Charge, clients: Clients): Plugin {
  return { onParams: ({ request }) => charge(clients.nameOf(request)) };
}

/** Answered with status 429. */
export function tooMany(message: string, headers: Record<string, string> = {}): GraphQLError {
  const code: ErrorCode = "RATE_LIMITED";
  return new GraphQLError(message, { extensions: { code, http: { status: 429, headers } } });
}
