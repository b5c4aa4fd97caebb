/**
 * Makes one https request to an untrusted host: only allowed hosts, no private address, no redirect, limits on bytes
 * and time, only the requested content types.
 */
import { lookup as lookUp } from "node:dns";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { AppError, received } from "../../errors.js";

export interface RequestOptions {
  /** Allowed hosts, with the port unless it is 443. */
  hosts: ReadonlySet<string>;
  /** Accepted content types, without parameters; `none` for an answer without one. */
  types: readonly string[];
  maxBytes: number;
  /** For the whole request, from the DNS lookup to the last byte. */
  timeoutMs: number;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** Certificate authority to trust instead of the system's, PEM. */
  ca?: string | Buffer;
  /** Allows addresses of private networks and of this machine, for self-hosted servers. */
  allowPrivate?: boolean;
}

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  /** Empty unless the status is 200. */
  body: Buffer;
}

const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  privateAddresses.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  privateAddresses.addSubnet(network, prefix, "ipv6");
}

/** Whether an IP address belongs to this machine or to a network that is not reachable from the internet. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return privateAddresses.check(mapped, "ipv4");
  // No host name resolves to an IPv4 address in hexadecimal form.
  if (/^::ffff:/i.test(address)) return true;
  return privateAddresses.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * @returns the answer, whatever its status; a redirect is a failure
 * @throws {AppError} FETCH_FAILED, INTERRUPTED
 */
export async function requestSafely(url: URL, options: RequestOptions): Promise<Answer> {
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") {
    throw failed(url, `expected an https address without a password, received ${received(url.href)}`);
  }
  if (!options.hosts.has(url.host)) {
    throw failed(url, `expected a host of ${[...options.hosts].join(", ")}, received ${received(url.host)}`);
  }
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (!options.allowPrivate && isIP(literal) !== 0 && isPrivateAddress(literal)) {
    throw failed(url, `expected a public address, received ${literal}`);
  }
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  try {
    const response = await sendRequest(url, options, signal);
    try {
      return await readAnswer(url, response, options);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (options.signal?.aborted) throw new AppError("INTERRUPTED", `the request of ${shown(url)} was stopped`);
    if (timeout.aborted) throw failed(url, `expected an answer within ${options.timeoutMs} ms`, error);
    if (error instanceof AppError) throw error;
    throw failed(url, error instanceof Error ? error.message : String(error), error);
  }
}

/** Resolves with the response's head. The agent is the request's own, so that no connection outlives it. */
function sendRequest(url: URL, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(url, {
      agent: false,
      ca: options.ca,
      signal,
      lookup: options.allowPrivate ? undefined : publicLookup,
      headers: {
        accept: options.types.filter((type) => type !== "none").join(", "),
        "accept-encoding": "identity",
        "user-agent": "marquee",
        ...options.headers,
      },
    });
    asked.on("error", reject);
    asked.on("response", resolve);
    asked.end();
  });
}

/** Checks the address that is connected to: a second lookup of the name could give another one. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0);
    const bad = addresses.find(({ address }) => isPrivateAddress(address));
    if (bad !== undefined || addresses.length === 0) {
      return callback(new Error(`expected a public address of ${hostname}, received ${bad?.address ?? "none"}`), "", 0);
    }
    if (options.all) callback(null, addresses);
    else callback(null, addresses[0].address, addresses[0].family);
  });
};

async function readAnswer(url: URL, response: IncomingMessage, options: RequestOptions): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  if (status >= 300 && status < 400 && status !== 304) {
    throw failed(
      url,
      `redirects are not followed, received status ${status} to ${received(headers.location ?? "nowhere")}`,
    );
  }
  if (status !== 200) return { status, headers, body: Buffer.alloc(0) };
  const type = (headers["content-type"] ?? "none").split(";")[0].trim().toLowerCase();
  if (!options.types.includes(type)) {
    throw failed(url, `expected ${options.types.join(" or ")}, received ${received(type)}`);
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw failed(url, `expected a body as it is, received it as ${received(encoding)}`);
  const announced = headers["content-length"];
  if (announced !== undefined && Number(announced) > options.maxBytes) {
    throw failed(url, `expected at most ${options.maxBytes} bytes, received ${announced}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > options.maxBytes) throw failed(url, `expected at most ${options.maxBytes} bytes, received more`);
    chunks.push(chunk);
  }
  if (announced !== undefined && bytes !== Number(announced)) {
    throw failed(url, `expected ${announced} bytes, received ${bytes}`);
  }
  return { status, headers, body: Buffer.concat(chunks) };
}

/** An address without its query, which may hold a key. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

export function failed(url: URL, reason: string, cause?: unknown): AppError {
  return new AppError("FETCH_FAILED", `cannot fetch ${shown(url)}: ${reason}`, { cause });
}
