import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { createPace, retryAfterMs } from "../../../src/posters/providers/pace.js";
import type { Answer } from "../../../src/posters/providers/request.js";

const answer = (status: number, headers = {}): Answer => ({ status, headers, body: Buffer.alloc(0) });
const options = { perSecond: 1000, tries: 3, firstDelayMs: 1, maxDelayMs: 2000, random: () => 0.5 };

/** A host that gives these answers one after another, the last one for ever. */
function host(...answers: (Answer | Error)[]) {
  const times: number[] = [];
  const ask = async () => {
    const next = answers[Math.min(times.length, answers.length - 1)];
    times.push(performance.now());
    if (next instanceof Error) throw next;
    return next;
  };
  return { ask, times };
}

test("reads Retry-After as seconds and as a date", () => {
  expect(retryAfterMs("120")).toBe(120_000);
  expect(retryAfterMs("Wed, 21 Oct 2026 07:28:10 GMT", Date.parse("2026-10-21T07:28:00Z"))).toBe(10_000);
  expect(retryAfterMs("Wed, 21 Oct 2015 07:28:00 GMT", Date.parse("2026-10-21T07:28:00Z"))).toBe(0);
  expect(retryAfterMs("soon")).toBeUndefined();
  expect(retryAfterMs(undefined)).toBeUndefined();
});

describe("a pace", () => {
  test.each([200, 304, 400, 401, 404])("takes %d as it is, at once", async (status) => {
    const { ask, times } = host(answer(status));
    expect((await createPace(options)(ask)).status).toBe(status);
    expect(times).toHaveLength(1);
  });

  test.each([429, 500, 502, 503, 504])("asks again after %d", async (status) => {
    const { ask, times } = host(answer(status), answer(200));
    expect((await createPace(options)(ask)).status).toBe(200);
    expect(times).toHaveLength(2);
  });

  test("asks again after a connection that failed, and throws the last failure", async () => {
    const failed = new AppError("FETCH_FAILED", "no");
    expect((await createPace(options)(host(failed, answer(200)).ask)).status).toBe(200);
    const { ask, times } = host(failed);
    await expect(createPace(options)(ask)).rejects.toBe(failed);
    expect(times).toHaveLength(3);
  });

  test("gives the last answer when all tries are used up", async () => {
    const { ask, times } = host(answer(503));
    expect((await createPace(options)(ask)).status).toBe(503);
    expect(times).toHaveLength(3);
  });

  test("waits as long as a host asks for, with everybody who asks it, and not at all where that is too long", async () => {
    const pace = createPace(options);
    const busy = host(answer(429, { "retry-after": "1" }), answer(200));
    const other = host(answer(200));
    const first = pace(busy.ask);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([first, pace(other.ask)]);
    // Never sooner: setTimeout may be a millisecond early.
    expect(busy.times[1] - busy.times[0]).toBeGreaterThanOrEqual(990);
    expect(other.times[0] - busy.times[0]).toBeGreaterThanOrEqual(990);
    const rude = host(answer(429, { "retry-after": "3600" }));
    expect((await pace(rude.ask)).status).toBe(429);
    expect(rude.times).toHaveLength(1);
  });

  test("lets one request start after another", async () => {
    const { ask, times } = host(answer(200));
    const pace = createPace({ ...options, perSecond: 20 });
    await Promise.all([pace(ask), pace(ask), pace(ask)]);
    expect(times[2] - times[0]).toBeGreaterThanOrEqual(95);
  });

  test("stops where its caller does", async () => {
    const controller = new AbortController();
    const { ask, times } = host(answer(429, { "retry-after": "2" }));
    const stopped = createPace(options)(ask, controller.signal);
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(times.length).toBeLessThanOrEqual(1);
  });
});
