/** Movies that a user does not want recommended: the list, and the mutations that change it. */
import {
  type ChangedDismissal,
  type Dismissal as DismissalOf,
  dismissalCount,
  dismissalsPage,
  dismissMovie,
  undismissMovie,
} from "../../resolvers/users/dismiss.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { toConnection } from "../builder/page.js";
import { MovieRef, UserRef } from "../builder/refs.js";
import { toIsoString } from "../builder/time.js";

const Dismissal = builder.objectRef<DismissalOf>("Dismissal").implement({
  description: "A movie that a user does not want recommended.",
  fields: (t) => ({
    movie: t.field({
      type: MovieRef,
      nullable: true,
      description: "The movie.",
      resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
    }),
    dismissedAt: t.string({
      description: "Time of the dismissal, ISO 8601 in UTC.",
      resolve: ({ dismissedAt }) => toIsoString(dismissedAt),
    }),
  }),
});

builder.objectField(UserRef, "dismissed", (t) =>
  t.connection(
    {
      type: Dismissal,
      authScopes: (user) => ({ userReader: user }),
      description: "Movies that the user does not want recommended, latest first; `dismissMovie` adds one.",
      resolve: (user, args, context) =>
        toConnection(
          args,
          "LATEST DESC",
          (page) => dismissalsPage(context, user, page),
          () => dismissalCount(context, user),
        ),
    },
    { name: "DismissalConnection", description: "A page of dismissed movies." },
    { name: "DismissalEdge", description: "A dismissed movie and its cursor." },
  ),
);

const userIdDescription = "Number or global id of the user; default the viewer. Other users require scope admin.";

const DismissMovieInput = builder.inputType("DismissMovieInput", {
  description: "A movie that a user does not want recommended.",
  fields: (t) => ({
    userId: t.id({ description: userIdDescription }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
  }),
});

const UndismissMovieInput = builder.inputType("UndismissMovieInput", {
  description: "A movie that may be recommended to a user again.",
  fields: (t) => ({
    userId: t.id({ description: userIdDescription }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
  }),
});

function payloadType(name: string, description: string) {
  return builder.objectRef<ChangedDismissal>(name).implement({
    description,
    fields: (t) => ({
      movie: t.field({
        type: MovieRef,
        nullable: true,
        description: "The movie.",
        resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
      }),
      user: t.field({
        type: UserRef,
        nullable: true,
        description: "The user, whose recommendations are already those after the change.",
        resolve: ({ userId }, _args, { loaders }) => loaders.userById.load(userId),
      }),
    }),
  });
}

const errors = ["INVALID_ID", "USER_NOT_FOUND", "MOVIE_NOT_FOUND"] as const;

addMutation("dismissMovie", {
  scope: "user",
  description:
    "Keeps a movie out of a user's recommendations, at once and until `undismissMovie`; it says nothing about their taste.",
  input: DismissMovieInput,
  inputDescription: "User and movie.",
  payload: payloadType("DismissMoviePayload", "The dismissed movie."),
  resultDescription: "The dismissed movie, or the reason for the failure.",
  errors,
  resolve: (context, input) => dismissMovie(context, input),
});

addMutation("undismissMovie", {
  scope: "user",
  description:
    "Lets a dismissed movie be recommended to a user again. It has no effect where the movie was not dismissed.",
  input: UndismissMovieInput,
  inputDescription: "User and movie.",
  payload: payloadType("UndismissMoviePayload", "The movie that may be recommended again."),
  resultDescription: "The movie, or the reason for the failure.",
  errors,
  resolve: (context, input) => undismissMovie(context, input),
});
