/** Request ids: sent back to the client and written to every log line of the request. */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Plugin } from "graphql-yoga";
import type { Logger } from "pino";

const current = new AsyncLocalStorage<string>();

/** Of the request that is being answered; undefined outside one. */
export function currentRequestId(): string | undefined {
  return current.getStore();
}

/** What a client or a proxy may name a request: nothing that could break a log's lines. */
const acceptable = /^[\w.:-]{1,100}$/;

/** Takes the header X-Request-Id, or makes an id. Logs one line a request, at `debug`: no variables, no addresses, no tokens. */
export function useRequestId(logger: Logger): Plugin {
  const started = new WeakMap<Request, { id: string; at: number }>();
  return {
    onRequest({ request, requestHandler, setRequestHandler }) {
      const given = request.headers.get("x-request-id");
      const id = given !== null && acceptable.test(given) ? given : randomUUID();
      started.set(request, { id, at: performance.now() });
      setRequestHandler((...args) => current.run(id, () => requestHandler(...args)));
    },
    onResponse({ request, response }) {
      const known = started.get(request);
      if (known === undefined) return;
      response.headers.set("x-request-id", known.id);
      const ms = Math.round((performance.now() - known.at) * 10) / 10;
      logger.debug({ requestId: known.id, method: request.method, status: response.status, ms }, "answered");
    },
  };
}
