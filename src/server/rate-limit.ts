/** How many operations a token or an address may send in a minute. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { ErrorCode } from "../errors.js";
import type { Viewers } from "./authenticate.js";

export interface RateLimitOptions {
  /** Operations of one token, or of one address without a token, in a minute; each of a batch counts. */
  perMinute: number;
  /** Whether X-Forwarded-For names the client, as it does behind a proxy that sets it. */
  trustProxy: boolean;
}

export function useRateLimit(
  { perMinute, trustProxy }: RateLimitOptions,
  viewers: Viewers,
): Plugin<object, ServerContext> {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const addresses = new WeakMap<Request, string>();
  return {
    onRequest({ request, serverContext }) {
      addresses.set(request, addressOf(request, serverContext, trustProxy));
    },
    async onParams({ request }) {
      const key = viewers.of(request).key ?? `address ${addresses.get(request)}`;
      try {
        await limiter.consume(key);
      } catch (cause) {
        if (!(cause instanceof RateLimiterRes)) throw cause;
        const seconds = Math.ceil(cause.msBeforeNext / 1000);
        const code: ErrorCode = "RATE_LIMITED";
        throw new GraphQLError(
          `expected up to ${perMinute} operations a minute, received more: try again in ${seconds} seconds`,
          { extensions: { code, http: { status: 429, headers: { "retry-after": String(seconds) } } } },
        );
      }
    },
  };
}

/** What node:http hands on. */
export interface ServerContext {
  req?: { socket?: { remoteAddress?: string } };
}

function addressOf(request: Request, { req }: ServerContext, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers.get("x-forwarded-for") : null;
  // The last one was put there by the proxy itself; those before it, by anybody.
  const last = forwarded?.split(",").at(-1)?.trim();
  return last || req?.socket?.remoteAddress || "unknown";
}
