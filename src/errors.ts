/**
 * The project's error class and all error codes.
 * An `AppError` is the caller's fault: its message is safe to show, and says what was expected and what was received.
 * Any other error is a bug: it is logged, and masked from clients.
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
  "STORAGE_FAILED",
  "DOWNLOAD_FAILED",
  "FILE_UNREADABLE",
  // lookups by id
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
  "RATINGS_UNREADABLE",
  "SCALE_AMBIGUOUS",
  "IMPORT_NOT_FOUND",
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
  // HTTP
  "BAD_REQUEST",
  "METHOD_NOT_ALLOWED",
  // limits
  "BODY_TOO_LARGE",
  "RATE_LIMITED",
  "OVERLOADED",
  "TIMEOUT",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class AppError extends Error {
  readonly code: ErrorCode;
  /** The path of the rejected value in the input, if there is one. */
  path?: readonly (string | number)[];

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
  }
}

/** A received value as text for a message: quoted when it is a string, cut to 80 characters. */
export function received(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The result of `work`, or the AppError that it throws; any other error is rethrown. */
export function orError<T>(work: () => T): T | AppError {
  try {
    return work();
  } catch (error) {
    return asAppError(error);
  }
}

/** The same, for the `catch` of a promise. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

/** The result of `work`; an AppError that it throws gets this path of the input. */
export function inField<T>(path: readonly (string | number)[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) error.path = [...path, ...(error.path ?? [])];
    throw error;
  }
}

/** Explanations of Node's and SQLite's error codes for storage failures. */
const storageProblems: readonly [RegExp, string][] = [
  [/^(?:ENOSPC|EDQUOT|SQLITE_FULL)/, "its disk is full"],
  [
    /^(?:EROFS|EACCES|EPERM|ENOTDIR|EEXIST|SQLITE_READONLY|SQLITE_PERM|SQLITE_CANTOPEN)/,
    "its data folder cannot be written",
  ],
  [/^(?:SQLITE_CORRUPT|SQLITE_NOTADB)/, "its database is damaged: restore it from a backup"],
  [/^(?:EIO|EMFILE|ENFILE|SQLITE_IOERR|SQLITE_NOMEM)/, "its disk or system failed"],
];

/** Translates a disk or database failure into an error that names no path; undefined for any other error. */
export function storageError(error: unknown): AppError | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  if (typeof code !== "string" || error instanceof AppError) return undefined;
  const problem = storageProblems.find(([codes]) => codes.test(code))?.[1];
  if (problem === undefined) return undefined;
  return new AppError("STORAGE_FAILED", `expected this server's data folder to be in order, but ${problem} (${code})`, {
    cause: error,
  });
}

export function userNotFound(id: number): AppError {
  return new AppError("USER_NOT_FOUND", `there is no user ${id}`);
}

export function movieNotFound(id: number): AppError {
  return new AppError("MOVIE_NOT_FOUND", `there is no movie ${id}`);
}
