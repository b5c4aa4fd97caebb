/**
 * The one error class of the project and every code it carries.
 * An `AppError` is the fault of whoever asked: its message is safe to show, and says what was expected,
 * for what, and what came. Anything else that is thrown is a fault of ours: logged, and masked from clients.
 */

export const errorCodes = [
  // configuration and command line
  "CONFIG_INVALID",
  "USAGE",
  "INTERRUPTED",
  // data
  "DATA_FORMAT",
  "DATA_BAD_LINE",
  "DATA_OTHER_DATASET",
  "DATA_EMPTY",
  "DATABASE_BUSY",
  "DATABASE_INCOMPATIBLE",
  "DOWNLOAD_FAILED",
  "FILE_UNREADABLE",
  // asked for by id
  "USER_NOT_FOUND",
  "MOVIE_NOT_FOUND",
  "RATING_NOT_FOUND",
  "TOKEN_NOT_FOUND",
  "DOCUMENT_NOT_FOUND",
  "DOCUMENT_REQUIRED",
  "PERSISTED_QUERY_NOT_FOUND",
  // input
  "INVALID_ID",
  "INVALID_ARGUMENT",
  "INVALID_INPUT",
  "INVALID_RATING",
  "INVALID_IMDB_ID",
  "IMDB_ID_TAKEN",
  // models
  "MODEL_NOT_FOUND",
  "MODEL_INVALID",
  "MODEL_OTHER_DATASET",
  "TRAINING_FAILED",
  // posters
  "POSTER_UNREADABLE",
  "POSTER_NOT_FOUND",
  "FETCH_FAILED",
  "ENCODER_NOT_FOUND",
  "ENCODER_INVALID",
  // access
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "KEYS_UNREACHABLE",
  // limits
  "BAD_REQUEST",
  "METHOD_NOT_ALLOWED",
  "BODY_TOO_LARGE",
  "RATE_LIMITED",
  "OVERLOADED",
  "TIMEOUT",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class AppError extends Error {
  readonly code: ErrorCode;
  /** Where in an input the value stands that was refused, where it was one. */
  path?: readonly (string | number)[];

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
  }
}

/** What came, as text for a message: quoted when it is a string, cut to 80 characters. */
export function received(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** What the work gives, or the AppError that it throws; anything else is thrown on. */
export function orError<T>(work: () => T): T | AppError {
  try {
    return work();
  } catch (error) {
    return asAppError(error);
  }
}

/** The same for `catch` of a promise. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

/** What the work gives; an AppError that it throws says that it is about this part of an input. */
export function inField<T>(path: readonly (string | number)[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) error.path = [...path, ...(error.path ?? [])];
    throw error;
  }
}
