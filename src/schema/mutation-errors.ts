/** Named errors of mutations: what a front end can act on, as types of its own beside the payload. */
import { AppError, type ErrorCode } from "../errors.js";
import { ImdbIdTaken } from "../resolvers/links.js";
import { builder } from "./builder.js";
import { Movie } from "./refs.js";

const MutationError = builder.interfaceRef<AppError>("Error").implement({
  description: "Why a mutation changed nothing.",
  fields: (t) => ({
    code: t.string({ description: "The kind of error, such as `INVALID_RATING`.", resolve: ({ code }) => code }),
    message: t.exposeString("message", { description: "What was expected, and what came." }),
  }),
});

function errorType(name: string, description: string) {
  return builder.objectRef<AppError>(name).implement({ description, interfaces: [MutationError] });
}

const taken = builder.objectRef<AppError>("ImdbIdTakenError").implement({
  description: "The IMDb id belongs to another movie.",
  interfaces: [MutationError],
  fields: (t) => ({
    movie: t.field({
      type: Movie,
      nullable: true,
      description: "The movie that has it.",
      resolve: (error) => (error instanceof ImdbIdTaken ? error.takenBy : null),
    }),
  }),
});

export const errorTypes = {
  INVALID_ID: errorType("InvalidIdError", "An id is neither a number of the data set nor a global id."),
  USER_NOT_FOUND: errorType("UserNotFoundError", "There is no such user."),
  MOVIE_NOT_FOUND: errorType("MovieNotFoundError", "There is no such movie."),
  RATING_NOT_FOUND: errorType("RatingNotFoundError", "The user has not rated this movie."),
  INVALID_RATING: errorType("InvalidRatingError", "Ratings are 0.5 to 5 in half stars."),
  INVALID_IMDB_ID: errorType("InvalidImdbIdError", "The text is no IMDb id and no address of one."),
  IMDB_ID_TAKEN: taken,
} as const satisfies Partial<Record<ErrorCode, unknown>>;

export type NamedError = keyof typeof errorTypes;

/** The payload, or the error that was thrown where it is one of those named; anything else is thrown on. */
export async function orNamedError<T>(names: readonly NamedError[], work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && (names as readonly string[]).includes(error.code)) return error;
    throw error;
  }
}

/** The type's name of an error, or of the payload. */
export function typeNameOf(value: object, payload: string): string {
  return value instanceof AppError ? errorTypes[value.code as NamedError].name : payload;
}
