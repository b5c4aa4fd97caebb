/** Identifies the client of a request for limits: its token, else its address. */
import { isIPv6 } from "node:net";
import type { Plugin } from "graphql-yoga";
import type { Viewers } from "./viewers.js";

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
  return addressKey(last || req?.socket?.remoteAddress || "unknown");
}

/** An address without its port; of IPv6 the network that a provider gives to one customer, /64. */
export function addressKey(text: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, "$1");
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return bare;
  const [head, tail] = bare.replace(/%.*$/, "").split("::");
  const left = head === "" ? [] : head.split(":");
  // An IPv4 address at the end stands for two groups, which are not among the first four.
  const right = tail === undefined || tail === "" ? [] : tail.replace(/[\d.]+\.[\d.]+$/, "0:0").split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...new Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
