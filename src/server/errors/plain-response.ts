/** HTTP responses outside GraphQL: plain text and 405 Method Not Allowed. */
import { AppError, received } from "../../errors.js";
import { errorResponse } from "./error-response.js";

/** Cache lifetime in seconds of files with a content hash in their URL. */
export const year = 31_536_000;

export function notAllowed(fetchAPI: { Response: typeof Response }, method: string, allow: string): Response {
  const error = new AppError(
    "METHOD_NOT_ALLOWED",
    `expected one of the methods ${allow}, received ${received(method)}`,
  );
  return errorResponse(fetchAPI, 405, error, { allow });
}

export function plain(fetchAPI: { Response: typeof Response }, status: number, text: string): Response {
  return new fetchAPI.Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
