/** Identifies the client of a request for rate limits: by its token, else by its address. */
import { isIPv6 } from "node:net";
import type { Plugin } from "graphql-yoga";
import type { Viewers } from "./viewers.js";

export interface Clients {
  plugin: Plugin<object, ServerContext>;
  /** Client name of a request that the plugin has seen. */
  getName(request: Request): string;
}

/** The context that node:http passes on. */
export interface ServerContext {
  req?: { socket?: { remoteAddress?: string } };
}

/** @param trustProxy whether to read the client address from X-Forwarded-For, which a trusted proxy sets */
export function createClients(viewers: Viewers, trustProxy: boolean): Clients {
  const addresses = new WeakMap<Request, string>();
  return {
    plugin: {
      onRequest({ request, serverContext }) {
        addresses.set(request, clientAddress(request, serverContext, trustProxy));
      },
    },
    getName: (request) => viewers.get(request).key ?? `address ${addresses.get(request)}`,
  };
}

function clientAddress(request: Request, { req }: ServerContext, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers.get("x-forwarded-for") : null;
  // The proxy itself appended the last entry; a client may have forged the earlier ones.
  const last = forwarded?.split(",").at(-1)?.trim();
  return addressKey(last || req?.socket?.remoteAddress || "unknown");
}

/** An address without its port; for IPv6 the /64 network, which a provider assigns to one customer. */
export function addressKey(text: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, "$1");
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return bare;
  const [head, tail] = bare.replace(/%.*$/, "").split("::");
  const left = head === "" ? [] : head.split(":");
  // A trailing IPv4 address replaces two groups, which are not among the first four.
  const right = tail === undefined || tail === "" ? [] : tail.replace(/[\d.]+\.[\d.]+$/, "0:0").split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...new Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
