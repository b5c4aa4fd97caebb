/** Mutations that change a user's ratings. */
import { AppError } from "../../errors.js";
import type { Rating as RatingRow } from "../../resolvers/request/row-types.js";
import { maxRatings, rateMovie, rateMovies, rateMoviesSchema, removeRating } from "../../resolvers/users/rate.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { Refusal } from "../builder/named-errors.js";
import { Rating } from "../builder/refs.js";

interface Payload {
  rating: RatingRow;
}

const whose =
  "Number or global id of the user; by default the viewer. Another one with a token of the scope admin only.";

const RateMovieInput = builder.inputType("RateMovieInput", {
  description: "How many stars a user gives a movie.",
  fields: (t) => ({
    userId: t.id({ description: whose }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in half stars." }),
  }),
});

const RemoveRatingInput = builder.inputType("RemoveRatingInput", {
  description: "Whose rating of which movie to take away.",
  fields: (t) => ({
    userId: t.id({ description: whose }),
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
  }),
});

const MovieRatingInput = builder.inputType("MovieRatingInput", {
  description: "How many stars a movie gets.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in half stars." }),
  }),
});

const RateMoviesInput = builder.inputType("RateMoviesInput", {
  description: "Many ratings of one user at once.",
  fields: (t) => ({
    userId: t.id({ description: whose }),
    ratings: t.field({ type: [MovieRatingInput], required: true, description: `At most ${maxRatings}.` }),
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

const RateMovieResult = addMutation("rateMovie", {
  scope: "user",
  description: "Sets a user's rating of a movie, new or changed. `topRated` and what is recommended follow at once.",
  input: RateMovieInput,
  inputDescription: "User, movie and stars.",
  payload: RateMoviePayload,
  resultDescription: "The rating, or why it was not kept.",
  errors: ["INVALID_ID", "USER_NOT_FOUND", "MOVIE_NOT_FOUND", "INVALID_RATING"],
  resolve: async (context, input) => ({ rating: await rateMovie(context, input) }),
});

const RateMoviesPayload = builder.objectRef<{ results: (Payload | Refusal)[] }>("RateMoviesPayload").implement({
  description: "What became of each rating.",
  fields: (t) => ({
    results: t.field({
      type: [RateMovieResult],
      description: "In the order of the input.",
      // The mutation itself counts how many there are.
      complexity: { field: 0, multiplier: 1 },
      resolve: ({ results }) => results,
    }),
  }),
});

addMutation("rateMovies", {
  scope: "user",
  description:
    "As `rateMovie`, for many movies in one transaction: what cannot be kept is answered in its place, and the others are kept.",
  input: RateMoviesInput,
  inputDescription: "User, movies and stars.",
  validate: rateMoviesSchema,
  payload: RateMoviesPayload,
  resultDescription: "What became of each rating, or why none was kept.",
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
  description: "Takes a user's rating of a movie away. A later import of the data set brings back one that it holds.",
  input: RemoveRatingInput,
  inputDescription: "User and movie.",
  payload: RemoveRatingPayload,
  resultDescription: "The rating that was taken away, or why nothing changed.",
  errors: ["INVALID_ID", "RATING_NOT_FOUND"],
  resolve: async (context, input) => ({ rating: await removeRating(context, input) }),
});
