/** Assigns request ids, which are returned to the client and written to the log. */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Plugin } from "graphql-yoga";
import type { Logger } from "pino";

const current = new AsyncLocalStorage<string>();

/** Id of the current request; undefined outside a request. */
export function currentRequestId(): string | undefined {
  return current.getStore();
}

/** Ids accepted from clients and proxies: no characters that could break log lines. */
const acceptable = /^[\w.:-]{1,100}$/;

/** Uses the X-Request-Id header or generates an id. Logs one `debug` line per request, without variables, addresses or tokens. */
export function useRequestId(logger: Logger): Plugin {
  const started = new WeakMap<Request, { id: string; startedAt: number }>();
  return {
    onRequest({ request, requestHandler, setRequestHandler }) {
      const given = request.headers.get("x-request-id");
      const id = given !== null && acceptable.test(given) ? given : randomUUID();
      started.set(request, { id, startedAt: performance.now() });
      setRequestHandler((...args) => current.run(id, () => requestHandler(...args)));
    },
    onResponse({ request, response }) {
      const known = started.get(request);
      if (known === undefined) return;
      response.headers.set("x-request-id", known.id);
      const ms = Math.round((performance.now() - known.startedAt) * 10) / 10;
      logger.debug({ requestId: known.id, method: request.method, status: response.status, ms }, "request completed");
    },
  };
}
