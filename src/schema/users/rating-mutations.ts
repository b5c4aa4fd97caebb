/** Mutations that change a user's ratings. */
import { AppError } from "../../errors.js";
import type { Rating } from "../../resolvers/request/row-types.js";
import { maxRatings, rateMovie, rateMovies, rateMoviesSchema, removeRating } from "../../resolvers/users/rate.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { Refusal } from "../builder/named-errors.js";
import { RatingRef } from "../builder/refs.js";

interface Payload {
  rating: Rating;
}

const userIdDescription = "Number or global id of the user; default the viewer. Other users require scope admin.";

const RateMovieInput = builder.inputType("RateMovieInput", {
  description: "A user's rating of a movie.",
  fields: (t) => ({
    userId: t.id({ description: userIdDescription }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in steps of 0.5." }),
  }),
});

const RemoveRatingInput = builder.inputType("RemoveRatingInput", {
  description: "A rating to remove.",
  fields: (t) => ({
    userId: t.id({ description: userIdDescription }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
  }),
});

const MovieRatingInput = builder.inputType("MovieRatingInput", {
  description: "A movie and its rating.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in steps of 0.5." }),
  }),
});

const RateMoviesInput = builder.inputType("RateMoviesInput", {
  description: "Several ratings by one user.",
  fields: (t) => ({
    userId: t.id({ description: userIdDescription }),
    ratings: t.field({
      type: [MovieRatingInput],
      required: true,
      description: `Ratings to set, at most ${maxRatings}.`,
    }),
  }),
});

const RateMoviePayload = builder.objectRef<Payload>("RateMoviePayload").implement({
  description: "The new rating.",
  fields: (t) => ({
    rating: t.field({ type: RatingRef, description: "The rating.", resolve: ({ rating }) => rating }),
  }),
});

const RemoveRatingPayload = builder.objectRef<Payload>("RemoveRatingPayload").implement({
  description: "The removed rating.",
  fields: (t) => ({
    rating: t.field({ type: RatingRef, description: "The rating.", resolve: ({ rating }) => rating }),
  }),
});

const RateMovieResult = addMutation("rateMovie", {
  scope: "user",
  description: "Sets or changes a user's rating of a movie. `topRated` and recommendations reflect it at once.",
  input: RateMovieInput,
  inputDescription: "User, movie and stars.",
  payload: RateMoviePayload,
  resultDescription: "The new rating, or the reason for the failure.",
  errors: ["INVALID_ID", "USER_NOT_FOUND", "MOVIE_NOT_FOUND", "INVALID_RATING"],
  resolve: async (context, input) => ({ rating: await rateMovie(context, input) }),
});

const RateMoviesPayload = builder.objectRef<{ results: (Payload | Refusal)[] }>("RateMoviesPayload").implement({
  description: "The result for each rating.",
  fields: (t) => ({
    results: t.field({
      type: [RateMovieResult],
      description: "Results, in the order of the input.",
      // The mutation field already multiplies by the number of ratings.
      complexity: { field: 0, multiplier: 1 },
      resolve: ({ results }) => results,
    }),
  }),
});

addMutation("rateMovies", {
  scope: "user",
  description:
    "Sets several ratings in one transaction, like `rateMovie`. A rating that fails returns its error; the others are set.",
  input: RateMoviesInput,
  inputDescription: "User, movies and stars.",
  validate: rateMoviesSchema,
  payload: RateMoviesPayload,
  resultDescription: "The result for each rating, or the reason for the failure of all.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  complexity: ({ ratings }) => ({ field: 1, multiplier: Math.max(1, ratings.length) }),
  resolve: async (context, input) => ({
    results: (await rateMovies(context, input)).map((result) =>
      result instanceof AppError ? new Refusal(result) : { rating: result },
    ),
  }),
});

addMutation("removeRating", {
  scope: "user",
  description: "Removes a user's rating of a movie. A later import of a data set that contains it restores it.",
  input: RemoveRatingInput,
  inputDescription: "User and movie.",
  payload: RemoveRatingPayload,
  resultDescription: "The removed rating, or the reason for the failure.",
  errors: ["INVALID_ID", "RATING_NOT_FOUND"],
  resolve: async (context, input) => ({ rating: await removeRating(context, input) }),
});
