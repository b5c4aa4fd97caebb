/** Being a good guest: so many requests a second, and later again where the host says so or stumbles. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../errors.js";
import type { Random } from "../../random.js";
import type { Answer } from "./request.js";

export interface PaceOptions {
  perSecond: number;
  /** How often one request is tried in all. */
  tries: number;
  /** Pause before the second try; it doubles each time, and a random half of it is taken off. */
  firstDelayMs: number;
  /** Longest `Retry-After` that is waited for. */
  maxDelayMs: number;
  random: Random;
}

/** Statuses that pass by themselves. */
const passing = new Set([429, 500, 502, 503, 504]);

/**
 * @returns a function that makes requests one after another at the pace, again where an answer is 429 or a fault of
 *   the host; and the last answer or error where that helps no more
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
      // Who is told to wait, waits with everybody who asks the same host.
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

/** Milliseconds of a `Retry-After`, seconds or a date; undefined where there is none that can be read. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
