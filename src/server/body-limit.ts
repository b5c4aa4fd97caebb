/** How large the body of a request may be, and of which kind. */
import type { Plugin } from "graphql-yoga";
import { AppError, received } from "../errors.js";
import { errorResponse } from "./error-response.js";

export interface BodyLimits {
  maxBytes: number;
  /** For multipart requests, which carry files. */
  maxUploadBytes: number;
  /** Whether a request may send files at all. */
  mayUpload(request: Request): boolean;
}

const json = /^application\/(?:graphql\+)?json *(?:;|$)/i;
const multipart = /^multipart\/form-data *;/i;

/**
 * Reads bodies up to a limit and refuses longer ones as they come, whatever length they announce; and bodies that
 * a form on any web page could send: those that are neither JSON nor a multipart request with one of the headers that
 * a browser sends only after it asked whether it may.
 */
export function useBodyLimit({ maxBytes, maxUploadBytes, mayUpload }: BodyLimits): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method !== "POST") return;
      setRequestParser(async (original) => {
        const type = original.headers.get("content-type") ?? "none";
        const isUpload = multipart.test(type);
        if (requestParser === undefined || !(json.test(type) || isUpload)) {
          return errorResponse(
            fetchAPI,
            415,
            new AppError("INVALID_ARGUMENT", `expected a body of type application/json, received ${received(type)}`),
            { connection: "close" },
          );
        }
        if (isUpload && !preflighted.some((name) => original.headers.get(name))) {
          return errorResponse(
            fetchAPI,
            403,
            new AppError(
              "INVALID_ARGUMENT",
              `expected a multipart request with a header of ${preflighted.join(", ")}, received none of them`,
            ),
            { connection: "close" },
          );
        }
        if (isUpload && !mayUpload(request)) {
          return errorResponse(
            fetchAPI,
            401,
            new AppError(
              "UNAUTHENTICATED",
              "expected the header Authorization: Bearer <token> with a token of this server to send files",
            ),
            { connection: "close" },
          );
        }
        const most = isUpload ? maxUploadBytes : maxBytes;
        const body = await readUpTo(original, most);
        if (body === undefined) {
          return errorResponse(
            fetchAPI,
            413,
            new AppError("BODY_TOO_LARGE", `expected a request body of up to ${most} bytes, received more`),
            { connection: "close" },
          );
        }
        const limited = new fetchAPI.Request(original.url, { method: "POST", headers: original.headers, body });
        return requestParser(limited);
      });
    },
  };
}

/** Headers that a page of another origin cannot set without being asked for permission first. */
export const preflighted = ["authorization", "graphql-require-preflight", "apollo-require-preflight"];

async function readUpTo(request: Request, maxBytes: number): Promise<Buffer<ArrayBuffer> | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
