/** Mutations that add and update movies. */
import { addMovie, addMovieSchema, updateMovie, updateMovieSchema } from "../../resolvers/movies/edit-movies.js";
import type { Movie } from "../../resolvers/request/row-types.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { MovieRef } from "../builder/refs.js";

const AddMovieInput = builder.inputType("AddMovieInput", {
  description: "A movie to add.",
  fields: (t) => ({
    title: t.string({ required: true, description: "Display title without the year: `The Godfather`." }),
    year: t.int({ required: true, description: "Release year." }),
    genres: t.stringList({
      required: true,
      description: "Genres as the data set names them; predictions for new movies are based on them.",
    }),
  }),
});

const UpdateMovieInput = builder.inputType("UpdateMovieInput", {
  description: "Corrections to a movie; omitted fields stay unchanged.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    title: t.string({ description: "Display title without the year." }),
    year: t.int({ description: "Release year." }),
    genres: t.stringList({ description: "All genres of the movie." }),
  }),
});

interface Payload {
  movie: Movie;
}

const AddMoviePayload = builder.objectRef<Payload>("AddMoviePayload").implement({
  description: "The movie with this title and year.",
  fields: (t) => ({ movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const UpdateMoviePayload = builder.objectRef<Payload>("UpdateMoviePayload").implement({
  description: "The updated movie.",
  fields: (t) => ({ movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

addMutation("addMovie", {
  scope: "editor",
  description:
    "Adds a movie, with a number above those of any data set, or returns the existing movie with the same title and year. " +
    "New movies are recommended at once, after those that the model knows.",
  input: AddMovieInput,
  inputDescription: "The movie.",
  validate: addMovieSchema,
  payload: AddMoviePayload,
  resultDescription: "The movie, or the reason for the failure.",
  errors: [],
  resolve: async (context, input) => ({ movie: await addMovie(context, input) }),
});

addMutation("updateMovie", {
  scope: "editor",
  description: "Corrects a movie's title, year or genres. Later imports keep the correction.",
  input: UpdateMovieInput,
  inputDescription: "Movie and corrections.",
  validate: updateMovieSchema,
  payload: UpdateMoviePayload,
  resultDescription: "The updated movie, or the reason for the failure.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND"],
  resolve: async (context, input) => ({ movie: await updateMovie(context, input) }),
});
