/** Named errors of mutations: GraphQL types that a front end can handle, next to the payload. */
import type { AppError, ErrorCode } from "../../errors.js";
import type { ImdbIdTaken } from "../../resolvers/movies/edit-links.js";
import type { InputIssue, InvalidInput } from "../../resolvers/request/validate.js";
import { builder } from "./builder.js";
import { MovieRef } from "./refs.js";

/** A named error as a result. It wraps the error because graphql throws every Error that a resolver returns. */
export class Refusal {
  constructor(readonly error: AppError) {}
}

const MutationError = builder.interfaceRef<Refusal>("Error").implement({
  description: "The reason why a mutation changed nothing.",
  fields: (t) => ({
    code: t.string({ description: "Error code, such as `INVALID_RATING`.", resolve: ({ error }) => error.code }),
    message: t.string({
      description: "What was expected and what was received.",
      resolve: ({ error }) => error.message,
    }),
    path: t.stringList({
      nullable: true,
      description:
        'Path of the invalid value, such as `["input", "movieId"]`; list indices start at 0. Null where no single field is at ' +
        "fault: `InvalidInputError` lists its `issues`.",
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
      type: MovieRef,
      description: "The movie that has this IMDb id.",
      // Nothing else is thrown with the code IMDB_ID_TAKEN.
      resolve: ({ error }) => (error as ImdbIdTaken).takenBy,
    }),
  }),
});

const InputIssueType = builder.objectRef<InputIssue>("InputIssue").implement({
  description: "A validation issue of an input.",
  fields: (t) => ({
    path: t.stringList({
      description: 'Path of the value, such as `["input", "title"]`; list indices start at 0.',
      resolve: ({ path }) => path.map(String),
    }),
    message: t.exposeString("message", { description: "What was expected and what was received." }),
  }),
});

const invalidInput = builder.objectRef<Refusal>("InvalidInputError").implement({
  description: "The input is invalid.",
  interfaces: [MutationError],
  fields: (t) => ({
    issues: t.field({
      type: [InputIssueType],
      description: "All validation issues.",
      // Nothing else is thrown with the code INVALID_INPUT.
      resolve: ({ error }) => (error as InvalidInput).issues,
    }),
  }),
});

export const errorTypes = {
  INVALID_INPUT: invalidInput,
  INVALID_ID: errorType("InvalidIdError", "The id is neither a number in the data set nor a global id."),
  USER_NOT_FOUND: errorType("UserNotFoundError", "The user does not exist."),
  MOVIE_NOT_FOUND: errorType("MovieNotFoundError", "The movie does not exist."),
  RATING_NOT_FOUND: errorType("RatingNotFoundError", "The user has not rated this movie."),
  INVALID_RATING: errorType("InvalidRatingError", "The rating is not 0.5 to 5 stars in steps of 0.5."),
  POSTER_UNREADABLE: errorType("PosterUnreadableError", "The file is not an image that can be used as a poster."),
  POSTER_NOT_FOUND: errorType("PosterNotFoundError", "The movie has no poster."),
  INVALID_IMDB_ID: errorType("InvalidImdbIdError", "The text is neither an IMDb id nor the URL of an IMDb title."),
  IMDB_ID_TAKEN: taken,
  RATINGS_UNREADABLE: errorType("RatingsUnreadableError", "The file is no export of ratings that can be read."),
  SCALE_AMBIGUOUS: errorType(
    "ScaleAmbiguousError",
    "The ratings may be on more than one scale: say which, as `scale`.",
  ),
  IMPORT_NOT_FOUND: errorType("ImportNotFoundError", "The user has no such import."),
  TOKEN_NOT_FOUND: errorType("TokenNotFoundError", "The token does not exist."),
} as const satisfies Partial<Record<ErrorCode, unknown>>;

export type NamedError = keyof typeof errorTypes;
