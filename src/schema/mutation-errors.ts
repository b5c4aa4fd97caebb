/** Named errors of mutations: what a front end can act on, as types of its own beside the payload. */
import { AppError, type ErrorCode } from "../errors.js";
import type { ImdbIdTaken } from "../resolvers/links.js";
import { builder } from "./builder.js";
import { Movie } from "./refs.js";

/** A named error as a result. It holds the error, since graphql throws every Error that a resolver returns. */
export class Refusal {
  constructor(readonly error: AppError) {}
}

const MutationError = builder.interfaceRef<Refusal>("Error").implement({
  description: "Why a mutation changed nothing.",
  fields: (t) => ({
    code: t.string({ description: "The kind of error, such as `INVALID_RATING`.", resolve: ({ error }) => error.code }),
    message: t.string({ description: "What was expected, and what came.", resolve: ({ error }) => error.message }),
  }),
});

function errorType(name: string, description: string) {
  return builder.objectRef<Refusal>(name).implement({ description, interfaces: [MutationError] });
}

const taken = builder.objectRef<Refusal>("ImdbIdTakenError").implement({
  description: "The IMDb id belongs to another movie.",
  interfaces: [MutationError],
  fields: (t) => ({
    movie: t.field({
      type: Movie,
      description: "The movie that has it.",
      // Nothing else is thrown with the code IMDB_ID_TAKEN.
      resolve: ({ error }) => (error as ImdbIdTaken).takenBy,
    }),
  }),
});

export const errorTypes = {
  INVALID_ID: errorType("InvalidIdError", "An id is neither a number of the data set nor a global id."),
  USER_NOT_FOUND: errorType("UserNotFoundError", "There is no such user."),
  MOVIE_NOT_FOUND: errorType("MovieNotFoundError", "There is no such movie."),
  RATING_NOT_FOUND: errorType("RatingNotFoundError", "The user has not rated this movie."),
  INVALID_RATING: errorType("InvalidRatingError", "Ratings are 0.5 to 5 in half stars."),
  POSTER_UNREADABLE: errorType("PosterUnreadableError", "The file is no picture that can be a poster."),
  POSTER_NOT_FOUND: errorType("PosterNotFoundError", "The movie has no poster."),
  INVALID_IMDB_ID: errorType("InvalidImdbIdError", "The text is no IMDb id and no address of one."),
  IMDB_ID_TAKEN: taken,
} as const satisfies Partial<Record<ErrorCode, unknown>>;

export type NamedError = keyof typeof errorTypes;

/** The payload, or the error that was thrown where it is one of those named; anything else is thrown on. */
export async function orNamedError<T>(names: readonly NamedError[], work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && (names as readonly string[]).includes(error.code)) return new Refusal(error);
    throw error;
  }
}

/** The type's name of an error, or of the payload. */
export function typeNameOf(value: object, payload: string): string {
  return value instanceof Refusal ? errorTypes[value.error.code as NamedError].name : payload;
}
