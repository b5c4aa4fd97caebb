/** Limits the size of request bodies, and which content types are read. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError, received } from "../../errors.js";
import type { ChargeRefused } from "../auth/charge.js";
import { errorResponse, refusalResponse } from "../errors/error-response.js";

export interface BodyLimits {
  maxBytes: number;
  /** For multipart requests, which carry files. */
  maxUploadBytes: number;
  /** Whether a request may send files at all. */
  mayUpload(request: Request): boolean;
  chargeRefused: ChargeRefused;
}

const json = /^application\/(?:graphql\+)?json *(?:;|$)/i;
const multipart = /^multipart\/form-data *;/i;

/**
 * Reads bodies up to a limit and refuses longer ones as they come, whatever length they announce; and bodies that
 * a form on any web page could send: those that are neither JSON nor a multipart request with one of the headers that
 * a browser sends only after it asked whether it may.
 */
export function useBodyLimit({ maxBytes, maxUploadBytes, mayUpload, chargeRefused }: BodyLimits): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method !== "POST") return;
      const refuse = async (status: number, error: AppError, headers: Record<string, string> = {}) => {
        const tooMany = await chargeRefused(request);
        return tooMany === undefined
          ? errorResponse(fetchAPI, status, error, headers)
          : refusalResponse(fetchAPI, tooMany);
      };
      setRequestParser(async (original) => {
        const type = original.headers.get("content-type") ?? "none";
        const isUpload = multipart.test(type);
        if (requestParser === undefined || !(json.test(type) || isUpload)) {
          return refuse(
            415,
            new AppError("INVALID_ARGUMENT", `expected a body of type application/json, received ${received(type)}`),
            { connection: "close" },
          );
        }
        if (isUpload && !preflighted.some((name) => original.headers.get(name))) {
          return refuse(
            403,
            new AppError(
              "INVALID_ARGUMENT",
              `expected a multipart request with a header of ${preflighted.join(", ")}, received none of them`,
            ),
            { connection: "close" },
          );
        }
        if (isUpload && !mayUpload(request)) {
          return refuse(
            401,
            new AppError(
              "UNAUTHENTICATED",
              "expected the header Authorization: Bearer <token> with a token of this server to send files",
            ),
            { connection: "close" },
          );
        }
        const most = isUpload ? maxUploadBytes : maxBytes;
        const body = await readUpTo(original, most).catch(() => "broken" as const);
        // Nobody reads it, and nothing of it is a fault of the server.
        if (body === "broken") return badRequest(fetchAPI, "expected a whole request body, received a part of one");
        if (body === undefined) {
          return refuse(
            413,
            new AppError("BODY_TOO_LARGE", `expected a request body of up to ${most} bytes, received more`),
            { connection: "close" },
          );
        }
        const limited = new fetchAPI.Request(original.url, { method: "POST", headers: original.headers, body });
        return isUpload ? wellFormed(fetchAPI, () => requestParser(limited)) : requestParser(limited);
      });
    },
  };
}

/** Headers that a page of another origin cannot set without being asked for permission first. */
export const preflighted = ["authorization", "graphql-require-preflight", "apollo-require-preflight"];

/**
 * A client that is still writing hears an answer once it has written: the rest is read and forgotten, for so long, while it
 * comes without pauses, and up to so much.
 */
const drained = { ms: 2_000, idleMs: 300, bytes: 64 * 2 ** 20 };

/** @returns undefined for a body that is too long. @throws whatever breaks the body off */
async function readUpTo(request: Request, maxBytes: number): Promise<Buffer<ArrayBuffer> | undefined> {
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  let tooLongSince = Number(request.headers.get("content-length") ?? 0) > maxBytes ? performance.now() : undefined;
  // Streams are iterable in every Node that this runs on; the types of the browser's do not say so.
  const pieces = (request.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  for (;;) {
    const next = await (tooLongSince === undefined ? pieces.next() : withinMs(drained.idleMs, pieces.next()));
    if (next === undefined || next.done) break;
    size += next.value.byteLength;
    if (size > maxBytes) tooLongSince ??= performance.now();
    if (tooLongSince === undefined) {
      chunks.push(next.value);
      continue;
    }
    chunks.length = 0;
    if (size > maxBytes + drained.bytes || performance.now() - tooLongSince > drained.ms) break;
  }
  return tooLongSince === undefined ? Buffer.concat(chunks) : undefined;
}

/** What comes in time; undefined for what does not, or fails: nobody waits for it any longer. */
async function withinMs<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  return Promise.race([promise.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

/** What a multipart body holds in place of operations and a map of files is the client's fault, however it breaks the parser. */
async function wellFormed<T>(fetchAPI: { Response: typeof Response }, parse: () => T): Promise<Awaited<T> | Response> {
  const expected =
    "expected a multipart request with a JSON object or list as operations and a map from its files to paths in it";
  try {
    const params = await parse();
    return typeof params === "object" && params !== null
      ? params
      : badRequest(fetchAPI, `${expected}, received something else`);
  } catch (error) {
    if (error instanceof GraphQLError) throw error;
    return badRequest(fetchAPI, `${expected}, received something else`);
  }
}

function badRequest(fetchAPI: { Response: typeof Response }, message: string): Response {
  return errorResponse(fetchAPI, 400, new AppError("BAD_REQUEST", message));
}
