/** Subscriptions as a client reads them, over HTTP. */
import { request } from "node:http";
import { onTestFinished } from "vitest";
import { serve } from "../../src/server/listen.js";
import type { Started } from "./fixture.js";

/** Reads a subscription's events as they come over HTTP. */
export async function subscribe({ app }: Started, query: string, token?: string) {
  const server = await serve(app, "127.0.0.1", 0);
  onTestFinished(() => server.stop());
  let text = "";
  let status: number | undefined;
  let ended = false;
  let wake = () => {};
  const asked = request(`${server.address}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
  onTestFinished(() => {
    asked.destroy();
  });
  asked.on("error", () => {});
  asked.on("response", (response) => {
    status = response.statusCode;
    response.on("data", (chunk) => {
      text += chunk;
      wake();
    });
    response.on("error", () => {});
    response.on("close", () => {
      ended = true;
      wake();
    });
  });
  asked.end(JSON.stringify({ query: `subscription { ${query} }` }));
  return {
    // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what the test is about to check
    async next(): Promise<any> {
      for (;;) {
        const event = /event: (next|complete)\ndata:(.*)\n\n/.exec(text);
        if (event !== null) {
          text = text.slice(event.index + event[0].length);
          if (event[1] === "complete") return undefined;
          const { data, errors } = JSON.parse(event[2]);
          return errors === undefined ? data : { errors };
        }
        if (ended) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    status: () => status,
    stop: () => asked.destroy(),
  };
}

/** Until the server has as many readers as said. */
export async function readersOf(count: () => number, expected: number): Promise<void> {
  while (count() !== expected) await new Promise((resolve) => setTimeout(resolve, 5));
}
