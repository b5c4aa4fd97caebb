/** Limits the number of operations per minute and client. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { RateLimiterCluster, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { ErrorCode } from "../../errors.js";
import type { Charge, ChargeRefused } from "../auth/charge.js";
import type { Clients, ServerContext } from "../auth/clients.js";
import { refusalResponse } from "../errors/error-response.js";
import { isPageOrPart } from "../graphiql/graphiql.js";
import { isWebPath } from "../page/web-page.js";

/** Cost of a typical operation, such as README's; an operation of several times this cost counts several times. */
const typicalCost = 250;

/** Number of operations that one of this cost counts as. */
export function operationWeight(cost: number): number {
  return Math.max(1, Math.ceil(cost / typicalCost));
}

/** Fraction of an operation that a poster image counts as: a page shows many. */
export const imageWeight = 0.1;
/** Points per operation: the limiter counts whole points. */
const points = 1 / imageWeight;

/**
 * @param perMinute operations per minute and client; 0 for no limit
 * @param isShared whether all workers of the server count together
 */
export function createRateLimit(perMinute: number, isShared = false): Charge {
  if (perMinute === 0) return async () => {};
  const options = { points: perMinute * points, duration: 60 };
  const limiter = isShared
    ? new RateLimiterCluster({ ...options, keyPrefix: "operations", timeoutMs: 5000 })
    : new RateLimiterMemory(options);
  return async (client, weight = 1) => {
    try {
      // Excludes the 1 that every operation already counted, so an operation above the whole limit can run once a minute.
      const counted = weight > 1 ? Math.min(weight, perMinute - 1) : weight;
      await limiter.consume(client, Math.ceil(counted * points));
    } catch (cause) {
      if (!(cause instanceof RateLimiterRes)) throw cause;
      const seconds = Math.ceil(cause.msBeforeNext / 1000);
      const message = `expected up to ${perMinute} operations a minute (large ones count several times), received more: try again in ${seconds} s`;
      throw tooMany(message, {
        "retry-after": String(seconds),
      });
    }
  };
}

export function createRefusedCharge(charge: Charge, getName: (request: Request) => string): ChargeRefused {
  return async (request) => {
    try {
      await charge(getName(request));
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
  };
}

/** Charges 1 for each operation of a batch; any further weight is charged before it runs, once known. */
export function useRateLimit(charge: Charge, clients: Clients): Plugin {
  return { onParams: ({ request }) => charge(clients.getName(request)) };
}

/** Charges poster images and pages as fractions of an operation. */
export function useImageLimit(charge: Charge, clients: Clients): Plugin<object, ServerContext> {
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (!isWebPath(url) && !url.pathname.startsWith("/posters/") && !isPageOrPart(request, url)) return;
      try {
        await charge(clients.getName(request), imageWeight);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        endResponse(refusalResponse(fetchAPI, error));
      }
    },
  };
}

/** A RATE_LIMITED error with status 429. */
export function tooMany(message: string, headers: Record<string, string> = {}): GraphQLError {
  const code: ErrorCode = "RATE_LIMITED";
  return new GraphQLError(message, { extensions: { code, http: { status: 429, headers } } });
}
