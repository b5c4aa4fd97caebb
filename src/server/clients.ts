/** Which client a request is of, where one is limited: a token wherever it comes from, else an address. */
import type { Plugin } from "graphql-yoga";
import type { Viewers } from "./authenticate.js";

export interface Clients {
  plugin: Plugin<object, ServerContext>;
  /** Of a request that the plugin has seen. */
  nameOf(request: Request): string;
}

/** What node:http hands on. */
export interface ServerContext {
  req?: { socket?: { remoteAddress?: string } };
}

/** @param trustProxy whether X-Forwarded-For names the client, as it does behind a proxy that sets it */
export function createClients(viewers: Viewers, trustProxy: boolean): Clients {
  const addresses = new WeakMap<Request, string>();
  return {
    plugin: {
      onRequest({ request, serverContext }) {
        addresses.set(request, addressOf(request, serverContext, trustProxy));
      },
    },
    nameOf: (request) => viewers.of(request).key ?? `address ${addresses.get(request)}`,
  };
}

function addressOf(request: Request, { req }: ServerContext, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers.get("x-forwarded-for") : null;
  // The last one was put there by the proxy itself; those before it, by anybody.
  const last = forwarded?.split(",").at(-1)?.trim();
  return last || req?.socket?.remoteAddress || "unknown";
}
