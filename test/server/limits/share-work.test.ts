/** One computation for all subscribers that an event wakes. */
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { createSharing } from "../../../src/server/limits/share-work.js";

describe("shared work", () => {
  test("is done once for all who ask before it begins, and again for whoever asks later", async () => {
    const share = createSharing();
    let times = 0;
    const ask = () => share("news", new AbortController().signal, async () => ++times);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await ask()).toBe(2);
  });

  test("leaves no listener on the signal of a subscription that lives through many events", async () => {
    const share = createSharing();
    const { signal } = new AbortController();
    for (let event = 0; event < 5; event++) await share("news", signal, async () => event);
    const failing = share("news", signal, () => Promise.reject(new Error("no answer")));
    await expect(failing).rejects.toThrow("no answer");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("ends when all who asked have gone, and not before", async () => {
    const share = createSharing();
    const [one, other] = [new AbortController(), new AbortController()];
    let gone: AbortSignal | undefined;
    let finish = () => {};
    const work = (allGone: AbortSignal) => {
      gone = allGone;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const answers = [share("news", one.signal, work), share("news", other.signal, work)];
    await new Promise((resolve) => setTimeout(resolve, 10));
    one.abort();
    expect(gone?.aborted).toBe(false);
    other.abort();
    expect(gone?.aborted).toBe(true);
    finish();
    await Promise.all(answers);
  });
});
