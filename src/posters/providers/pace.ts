/** Rate-limits requests to a host, and retries those that failed temporarily. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../errors.js";
import type { Random } from "../../random.js";
import type { Answer } from "./request.js";

export interface PaceOptions {
  perSecond: number;
  /** Maximum number of attempts, the first included. */
  tries: number;
  /** Delay before the second attempt; it doubles each time, less a random part of up to half. */
  firstDelayMs: number;
  /** A longer delay, or `Retry-After`, ends the attempts. */
  maxDelayMs: number;
  random: Random;
}

/** Statuses of temporary failures. */
const passing = new Set([429, 500, 502, 503, 504]);

/**
 * @returns a function that makes requests at the given rate and retries those answered with 429 or a server error; it
 *   gives the last answer or error when no attempt is left
 */
export function createPace(options: PaceOptions) {
  const intervalMs = 1000 / options.perSecond;
  let next = 0;
  return async function paced(request: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const now = performance.now();
      const startMs = Math.max(now, next);
      next = startMs + intervalMs;
      if (startMs > now) await pause(startMs - now, signal);
      let answer: Answer | undefined;
      let error: unknown;
      try {
        answer = await request();
        if (!passing.has(answer.status)) return answer;
      } catch (thrown) {
        error = thrown;
      }
      const pauseMs = retryDelayMs(answer, attempt);
      if (attempt >= options.tries || pauseMs > options.maxDelayMs) {
        if (answer === undefined) throw error;
        return answer;
      }
      // All requests to the host wait, not only this one.
      if (answer?.status === 429) next = Math.max(next, performance.now() + pauseMs);
      await pause(pauseMs, signal);
    }
  };

  function retryDelayMs(answer: Answer | undefined, attempt: number): number {
    const told = retryAfterMs(answer?.headers["retry-after"]);
    if (told !== undefined) return told;
    return options.firstDelayMs * 2 ** (attempt - 1) * (1 - 0.5 * options.random());
  }
}

/** @throws {AppError} INTERRUPTED where the signal aborts */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((cause: unknown) => {
    throw new AppError("INTERRUPTED", "the request was stopped before it was made", { cause });
  });
}

/** Milliseconds of a `Retry-After` header, given in seconds or as a date; undefined where it is absent or invalid. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
