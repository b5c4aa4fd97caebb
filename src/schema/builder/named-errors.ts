/** Named errors of mutations: what a front end can act on, as types of its own beside the payload. */
import type { AppError, ErrorCode } from "../../errors.js";
import type { ImdbIdTaken } from "../../resolvers/movies/edit-links.js";
import type { InputIssue, InvalidInput } from "../../resolvers/request/validate.js";
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
    path: t.stringList({
      nullable: true,
      description:
        'Where the text or number stands that was refused as such, such as `["input", "movieId"]`; places in lists are numbers ' +
        "from 0. Null where that is no one field: `InvalidInputError` lists its `issues`.",
      resolve: ({ error }) => error.path && ["input", ...error.path.map(String)],
    }),
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

const InputIssueType = builder.objectRef<InputIssue>("InputIssue").implement({
  description: "One thing that is wrong with an input.",
  fields: (t) => ({
    path: t.stringList({
      description: 'Where it stands, such as `["input", "title"]`; places in lists are numbers from 0.',
      resolve: ({ path }) => path.map(String),
    }),
    message: t.exposeString("message", { description: "What was expected there, and what came." }),
  }),
});

const invalidInput = builder.objectRef<Refusal>("InvalidInputError").implement({
  description: "Something in the input is not as expected.",
  interfaces: [MutationError],
  fields: (t) => ({
    issues: t.field({
      type: [InputIssueType],
      description: "All that is wrong.",
      // Nothing else is thrown with the code INVALID_INPUT.
      resolve: ({ error }) => (error as InvalidInput).issues,
    }),
  }),
});

export const errorTypes = {
  INVALID_INPUT: invalidInput,
  INVALID_ID: errorType("InvalidIdError", "An id is neither a number of the data set nor a global id."),
  USER_NOT_FOUND: errorType("UserNotFoundError", "There is no such user."),
  MOVIE_NOT_FOUND: errorType("MovieNotFoundError", "There is no such movie."),
  RATING_NOT_FOUND: errorType("RatingNotFoundError", "The user has not rated this movie."),
  INVALID_RATING: errorType("InvalidRatingError", "Ratings are 0.5 to 5 in half stars."),
  POSTER_UNREADABLE: errorType("PosterUnreadableError", "The file is no picture that can be a poster."),
  POSTER_NOT_FOUND: errorType("PosterNotFoundError", "The movie has no poster."),
  INVALID_IMDB_ID: errorType("InvalidImdbIdError", "The text is no IMDb id and no address of one."),
  IMDB_ID_TAKEN: taken,
  TOKEN_NOT_FOUND: errorType("TokenNotFoundError", "There is no such token."),
} as const satisfies Partial<Record<ErrorCode, unknown>>;

export type NamedError = keyof typeof errorTypes;
