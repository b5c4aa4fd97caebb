/** The HTTP server: listens, answers, and stops without cutting an answer off. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { constants } from "node:zlib";
import compression from "compression";
import { AppError } from "../errors.js";
import type { App } from "./app.js";

export interface RunningServer {
  /** Such as `http://127.0.0.1:4000`. */
  address: string;
  /** Stops accepting, waits for answers under way (at most five seconds), then closes. */
  stop(): Promise<void>;
}

const stopWithinMs = 5000;

/**
 * Answers, pages and the schema as br or gzip where the client takes it. Brotli at 4 is as fast as gzip here and smaller; its usual 11
 * is for files that are compressed once. Streams must come as they are written, and pictures are compressed already.
 */
const compressed = compression({
  threshold: 1024,
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  filter: (request, response) => {
    const type = String(response.getHeader("content-type") ?? "");
    return !/^(?:text\/event-stream|multipart\/|image\/)/.test(type) && compression.filter(request, response);
  },
});
/** Nothing is read or written on a connection for so long, beyond what an answer may take: streams are never silent for as long. */
const silentMs = 60_000;

/** So many requests of one connection may wait for those before them: browsers send none ahead, proxies few. */
const maxPipelined = 20;

const ahead = new WeakMap<Socket, (() => void)[]>();

/**
 * Has a connection's next request begin when the answer to the one before it was read: whoever sends on and on without
 * reading has one answer made, not all of them.
 */
function inOrder(request: IncomingMessage, response: ServerResponse, work: () => void): void {
  const { socket } = request;
  const waiting = ahead.get(socket);
  response.once("close", () => {
    const queue = ahead.get(socket);
    // Nobody hears what a closed connection asked for.
    const next = socket.destroyed ? undefined : queue?.shift();
    if (next !== undefined) next();
    else ahead.delete(socket);
  });
  if (waiting === undefined) {
    ahead.set(socket, []);
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
  /** Told what an answer failed with that no part of the app handled. */
  onError?(error: unknown): void;
  /** How long the app takes for an answer at most. */
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
    if (!isAddressed(request)) return refuseUnaddressed(response);
    inOrder(request, response, () => {
      compressed(request as Compressed[0], response as Compressed[1], () => {
        Promise.resolve(app(request, response)).catch(onError);
      });
    });
  });
  // Whoever does not read what is written to them, or is silent for as long, is not waited for.
  server.timeout = silentMs + requestTimeoutMs;
  // A client that sends its headers or its body a byte at a time holds a connection, not the server.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  await listen(server, host, port);
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    address: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), stopWithinMs);
        // A kept-alive connection becomes idle once its answer is out.
        const idle = setInterval(() => server.closeIdleConnections(), 20);
        server.close(() => {
          clearTimeout(timer);
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

/** Whether what is asked for makes an address: Yoga takes that for granted. */
function isAddressed({ url = "/", headers: { host = "localhost" } }: IncomingMessage): boolean {
  return URL.canParse(`http://${host}`) && URL.canParse(url, `http://${host}`);
}

function refuseUnaddressed(response: ServerResponse): void {
  const message = "expected a path and a header Host that make an address, received others";
  response.writeHead(400, { "content-type": "application/json; charset=utf-8", connection: "close" });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] }));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "another program listens there: stop it, or choose another --port"
          : error.code === "EACCES"
            ? "this user may not listen there"
            : error.message;
      reject(new AppError("CONFIG_INVALID", `expected to listen on ${host}:${port}, but ${why}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
