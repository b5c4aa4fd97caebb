import { rateMovie, removeRating } from "../resolvers/rate.js";
import type { Rating as RatingRow } from "../resolvers/rows.js";
import { builder } from "./builder.js";
import { errorTypes, type NamedError, orNamedError, type Refusal, typeNameOf } from "./mutation-errors.js";
import { Rating } from "./refs.js";

interface Payload {
  rating: RatingRow;
}

const RateMovieInput = builder.inputType("RateMovieInput", {
  description: "How many stars a user gives a movie.",
  fields: (t) => ({
    userId: t.id({ required: true, description: "Number or global id of the user." }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in half stars." }),
  }),
});

const RemoveRatingInput = builder.inputType("RemoveRatingInput", {
  description: "Whose rating of which movie to take away.",
  fields: (t) => ({
    userId: t.id({ required: true, description: "Number or global id of the user." }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
  }),
});

const RateMoviePayload = builder.objectRef<Payload>("RateMoviePayload").implement({
  description: "The rating as it stands now.",
  fields: (t) => ({ rating: t.field({ type: Rating, description: "The rating.", resolve: ({ rating }) => rating }) }),
});

const RemoveRatingPayload = builder.objectRef<Payload>("RemoveRatingPayload").implement({
  description: "The rating that was taken away.",
  fields: (t) => ({ rating: t.field({ type: Rating, description: "The rating.", resolve: ({ rating }) => rating }) }),
});

const rateErrors: NamedError[] = ["INVALID_ID", "USER_NOT_FOUND", "MOVIE_NOT_FOUND", "INVALID_RATING"];
const RateMovieResult = builder.unionType("RateMovieResult", {
  description: "The rating, or why it was not kept.",
  types: [RateMoviePayload, ...rateErrors.map((name) => errorTypes[name])],
  resolveType: (value: Payload | Refusal) => typeNameOf(value, "RateMoviePayload"),
});

const removeErrors: NamedError[] = ["INVALID_ID", "RATING_NOT_FOUND"];
const RemoveRatingResult = builder.unionType("RemoveRatingResult", {
  description: "The rating that was taken away, or why nothing changed.",
  types: [RemoveRatingPayload, ...removeErrors.map((name) => errorTypes[name])],
  resolveType: (value: Payload | Refusal) => typeNameOf(value, "RemoveRatingPayload"),
});

builder.mutationField("rateMovie", (t) =>
  t.field({
    type: RateMovieResult,
    authScopes: { editor: true },
    description: "Sets a user's rating of a movie, new or changed. `topRated` and what is recommended follow at once.",
    args: { input: t.arg({ type: RateMovieInput, required: true, description: "User, movie and stars." }) },
    resolve: (_root, { input }, context) =>
      orNamedError(rateErrors, async () => ({
        rating: await rateMovie(context, input.userId, input.movieId, input.rating),
      })),
  }),
);

builder.mutationField("removeRating", (t) =>
  t.field({
    type: RemoveRatingResult,
    authScopes: { editor: true },
    description: "Takes a user's rating of a movie away. A later import of the data set brings back one that it holds.",
    args: { input: t.arg({ type: RemoveRatingInput, required: true, description: "User and movie." }) },
    resolve: (_root, { input }, context) =>
      orNamedError(removeErrors, async () => ({
        rating: await removeRating(context, input.userId, input.movieId),
      })),
  }),
);
