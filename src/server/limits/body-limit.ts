/** Limits the size and content types of request bodies. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError, received } from "../../errors.js";
import type { ChargeRefused } from "../auth/charge.js";
import { errorResponse, refusalResponse } from "../errors/error-response.js";

export interface BodyLimits {
  maxBytes: number;
  /** Limit for multipart requests, which contain files, of whoever sends the request; 0 where they may not upload any. */
  getMaxUploadBytes(request: Request): number;
  chargeRefused: ChargeRefused;
}

const json = /^application\/(?:graphql\+)?json *(?:;|$)/i;
const multipart = /^multipart\/form-data *;/i;

/**
 * Reads bodies up to a limit and rejects longer ones while reading, whatever Content-Length they announce. To prevent
 * CSRF, it also rejects bodies that a form on any web page could send: those that are neither JSON nor a multipart
 * request with a header that triggers a CORS preflight.
 */
export function useBodyLimit({ maxBytes, getMaxUploadBytes, chargeRefused }: BodyLimits): Plugin {
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
        if (isUpload && !preflightHeaders.some((name) => original.headers.get(name))) {
          return refuse(
            403,
            new AppError(
              "INVALID_ARGUMENT",
              `expected a multipart request with one of the headers ${preflightHeaders.join(", ")}, received none of them`,
            ),
            { connection: "close" },
          );
        }
        const maxUploadBytes = isUpload ? getMaxUploadBytes(request) : 0;
        if (isUpload && maxUploadBytes === 0) {
          return refuse(
            401,
            new AppError(
              "UNAUTHENTICATED",
              "uploading files requires the header Authorization: Bearer <token> with a token of this server",
            ),
            { connection: "close" },
          );
        }
        const limit = isUpload ? maxUploadBytes : maxBytes;
        const isShort = !isUpload && isAnnouncedUpTo(original, maxBytes);
        const body = await (isShort ? original.text() : readUpTo(original, limit)).catch(() => "broken" as const);
        // The client is gone; this is not a server error.
        if (body === "broken") return badRequest(fetchAPI, "expected a complete request body, received part of one");
        if (body === undefined) {
          return refuse(
            413,
            new AppError("BODY_TOO_LARGE", `expected a request body of up to ${limit} bytes, received more`),
            { connection: "close" },
          );
        }
        const parsed = typeof body === "string" ? parseObject(body) : undefined;
        if (parsed !== undefined) return parsed as ReturnType<typeof requestParser>;
        const limited = new fetchAPI.Request(original.url, { method: "POST", headers: original.headers, body });
        return isUpload ? wellFormed(fetchAPI, () => requestParser(limited)) : requestParser(limited);
      });
    },
  };
}

/** Whether the body has a stated length within the limit: node:http reads no more than that. */
function isAnnouncedUpTo({ headers }: Request, maxBytes: number): boolean {
  const length = headers.get("content-length");
  return length !== null && /^\d+$/.test(length) && Number(length) <= maxBytes;
}

/** The object or list that the JSON text has; undefined for any other, which Yoga's parser reports. */
function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Headers that a page of another origin can set only after a CORS preflight. */
export const preflightHeaders = ["authorization", "graphql-require-preflight", "apollo-require-preflight"];

/**
 * Limits for draining an oversized body: clients read the response only after writing, so the rest is read and discarded
 * up to this time, pause and size.
 */
const drainLimits = { ms: 2_000, idleMs: 300, bytes: 64 * 2 ** 20 };

/** @returns undefined for a body that is too long. @throws if reading the body fails */
async function readUpTo(request: Request, maxBytes: number): Promise<Buffer<ArrayBuffer> | undefined> {
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  let tooLongSince = Number(request.headers.get("content-length") ?? 0) > maxBytes ? performance.now() : undefined;
  // Streams are iterable in Node, though the DOM types lack it.
  const pieces = (request.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  for (;;) {
    const next = await (tooLongSince === undefined ? pieces.next() : withinMs(drainLimits.idleMs, pieces.next()));
    if (next === undefined || next.done) break;
    size += next.value.byteLength;
    if (size > maxBytes) tooLongSince ??= performance.now();
    if (tooLongSince === undefined) {
      chunks.push(next.value);
      continue;
    }
    chunks.length = 0;
    if (size > maxBytes + drainLimits.bytes || performance.now() - tooLongSince > drainLimits.ms) break;
  }
  return tooLongSince === undefined ? Buffer.concat(chunks) : undefined;
}

/** The value if it resolves in time; undefined if it is late or fails. */
async function withinMs<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  return Promise.race([promise.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

/** Reports any parser failure on a multipart body as the client's error. */
async function wellFormed<T>(fetchAPI: { Response: typeof Response }, parse: () => T): Promise<Awaited<T> | Response> {
  const expected =
    "expected a multipart request with a JSON object or list as operations and a map from files to paths in it";
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
