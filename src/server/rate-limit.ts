/** How many operations a client may send in a minute. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { ErrorCode } from "../errors.js";
import type { Clients } from "./clients.js";

/** @param perMinute each operation of a batch counts */
export function useRateLimit(perMinute: number, clients: Clients): Plugin {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return {
    async onParams({ request }) {
      try {
        await limiter.consume(clients.nameOf(request));
      } catch (cause) {
        if (!(cause instanceof RateLimiterRes)) throw cause;
        const seconds = Math.ceil(cause.msBeforeNext / 1000);
        throw tooMany(
          `expected up to ${perMinute} operations a minute, received more: try again in ${seconds} seconds`,
          { "retry-after": String(seconds) },
        );
      }
    },
  };
}

/** Answered with status 429. */
export function tooMany(message: string, headers: Record<string, string> = {}): GraphQLError {
  const code: ErrorCode = "RATE_LIMITED";
  return new GraphQLError(message, { extensions: { code, http: { status: 429, headers } } });
}
