/** Plain HTTP responses outside GraphQL: text, and methods that are not allowed. */
import { AppError, received } from "../../errors.js";
import { errorResponse } from "./error-response.js";

/** Seconds that browsers keep what has its content's hash in its address. */
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
