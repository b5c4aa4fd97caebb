/** Runs the HTTP server and stops it gracefully. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { constants } from "node:zlib";
import compression from "compression";
import { AppError } from "../errors.js";
import type { App } from "./app.js";

export interface RunningServer {
  /** Such as `http://127.0.0.1:4000`. */
  address: string;
  /** Stops accepting connections, waits at most five seconds for pending responses, then closes. */
  stop(): Promise<void>;
}

const stopWithinMs = 5000;

/**
 * Compresses responses as br or gzip if the client accepts it. Brotli at 4 is as fast as gzip here and smaller; its default,
 * 11, is for files that are compressed once. Streams must not be buffered, and images are compressed already.
 */
const compressed = compression({
  threshold: 1024,
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  filter: (request, response) => {
    const type = String(response.getHeader("content-type") ?? "");
    return !/^(?:text\/event-stream|multipart\/|image\/)/.test(type) && compression.filter(request, response);
  },
});

/** Idle timeout of a connection, in addition to the request timeout; streams send heartbeats more often. */
const idleTimeoutMs = 60_000;

/** Maximum number of pipelined requests per connection: browsers send none, proxies few. */
const maxPipelined = 20;

const pipelined = new WeakMap<Socket, (() => void)[]>();

/**
 * Starts a connection's next request once the previous response was read, so that a client that sends without reading
 * causes one response at a time.
 */
function inOrder(request: IncomingMessage, response: ServerResponse, work: () => void): void {
  const { socket } = request;
  const waiting = pipelined.get(socket);
  response.once("close", () => {
    const queue = pipelined.get(socket);
    // Requests of a closed connection are dropped.
    const next = socket.destroyed ? undefined : queue?.shift();
    if (next !== undefined) next();
    else pipelined.delete(socket);
  });
  if (waiting === undefined) {
    pipelined.set(socket, []);
    work();
  } else if (socket.destroyed) {
    return;
  } else if (waiting.length < maxPipelined) {
    waiting.push(work);
  } else {
    socket.destroy();
  }
}

type Compressed = Parameters<typeof compressed>;

export interface ServeOptions {
  /** Called with an error that the app did not handle. */
  onError?(error: unknown): void;
  /** Maximum time in ms that the app takes for a response. */
  requestTimeoutMs?: number;
}

/**
 * @throws {AppError} CONFIG_INVALID when the address cannot be listened on
 */
export async function serve(
  app: App,
  host: string,
  port: number,
  { onError = () => {}, requestTimeoutMs = 0 }: ServeOptions = {},
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    if (!hasValidUrl(request)) return refuseInvalidUrl(response);
    inOrder(request, response, () => {
      compressed(request as Compressed[0], response as Compressed[1], () => {
        Promise.resolve(app(request, response)).catch(onError);
      });
    });
  });
  // Closes connections that neither read nor write.
  server.timeout = idleTimeoutMs + requestTimeoutMs;
  // Closes connections that send headers or bodies too slowly.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  await listen(server, host, port);
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    address: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), stopWithinMs);
        // A keep-alive connection becomes idle once its response is sent.
        const idle = setInterval(() => server.closeIdleConnections(), 20);
        server.close(() => {
          clearTimeout(timer);
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

/** @throws {AppError} CONFIG_INVALID when the address cannot be listened on */
export async function checkAddress(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  await new Promise((resolve) => server.close(resolve));
}

/** Whether Host and path form a valid URL, as Yoga assumes. */
function hasValidUrl({ url = "/", headers: { host = "localhost" } }: IncomingMessage): boolean {
  return URL.canParse(`http://${host}`) && URL.canParse(url, `http://${host}`);
}

function refuseInvalidUrl(response: ServerResponse): void {
  const message = "the path and the Host header do not form a valid URL";
  response.writeHead(400, { "content-type": "application/json; charset=utf-8", connection: "close" });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] }));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE"
          ? "another program listens there: stop it, or choose another --port"
          : error.code === "EACCES"
            ? "this user may not listen there"
            : error.message;
      reject(new AppError("CONFIG_INVALID", `expected to listen on ${host}:${port}, but ${reason}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
