/** Rate limit: operations per minute and client. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { ErrorCode } from "../../errors.js";
import type { Charge, ChargeRefused } from "../auth/charge.js";
import type { Clients, ServerContext } from "../auth/clients.js";
import { refusalResponse } from "../errors/error-response.js";
import { isPageOrPart } from "../graphiql/graphiql.js";

/** What an operation of usual size costs, such as README's: one that costs several times as much counts several times. */
const usualCost = 250;

/** How many operations one of this cost weighs as much as. */
export function weightOf(cost: number): number {
  return Math.max(1, Math.ceil(cost / usualCost));
}

/** A picture weighs this much of an operation: a page shows many. */
export const pictureWeight = 0.1;
/** The limiter counts whole points. */
const points = 1 / pictureWeight;

/** @param perMinute of one client; 0 for no limit */
export function createRateLimit(perMinute: number): Charge {
  if (perMinute === 0) return async () => {};
  const limiter = new RateLimiterMemory({ points: perMinute * points, duration: 60 });
  return async (client, weight = 1) => {
    try {
      // Beside the one that every operation counts: what weighs more than the whole limit may come once a minute.
      const counted = weight > 1 ? Math.min(weight, perMinute - 1) : weight;
      await limiter.consume(client, Math.ceil(counted * points));
    } catch (cause) {
      if (!(cause instanceof RateLimiterRes)) throw cause;
      const seconds = Math.ceil(cause.msBeforeNext / 1000);
      const message = `expected up to ${perMinute} operations a minute (a large one counts as several), received more: try again in ${seconds} seconds`;
      throw tooMany(message, {
        "retry-after": String(seconds),
      });
    }
  };
}

export function createRefusedCharge(charge: Charge, nameOf: (request: Request) => string): ChargeRefused {
  return async (request) => {
    try {
      await charge(nameOf(request));
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
  };
}

/** Each operation of a batch counts; what it weighs beyond one is counted when it is known, before it is run. */
export function useRateLimit(charge: Charge, clients: Clients): Plugin {
  return { onParams: ({ request }) => charge(clients.nameOf(request)) };
}

/** Pictures and pages are no operations, but they are not free either. */
export function usePictureLimit(charge: Charge, clients: Clients): Plugin<object, ServerContext> {
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (url.pathname !== "/" && !url.pathname.startsWith("/posters/") && !isPageOrPart(request, url)) return;
      try {
        await charge(clients.nameOf(request), pictureWeight);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        endResponse(refusalResponse(fetchAPI, error));
      }
    },
  };
}

/** Answered with status 429. */
export function tooMany(message: string, headers: Record<string, string> = {}): GraphQLError {
  const code: ErrorCode = "RATE_LIMITED";
  return new GraphQLError(message, { extensions: { code, http: { status: 429, headers } } });
}
