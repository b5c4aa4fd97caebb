/** Mutations that add and update movies. */
import { addMovie, addMovieSchema, updateMovie, updateMovieSchema } from "../../resolvers/movies/edit-movies.js";
import type { Movie as MovieRow } from "../../resolvers/request/row-types.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { Movie } from "../builder/refs.js";

const AddMovieInput = builder.inputType("AddMovieInput", {
  description: "A film that the data set lacks.",
  fields: (t) => ({
    title: t.string({ required: true, description: "Title as people say it, without the year: `The Godfather`." }),
    year: t.int({ required: true, description: "Year of release." }),
    genres: t.stringList({
      required: true,
      description: "Genres, in the data set's words; new movies are predicted from them.",
    }),
  }),
});

const UpdateMovieInput = builder.inputType("UpdateMovieInput", {
  description: "What is wrong with a movie: what is left out stays.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    title: t.string({ description: "Title as people say it, without the year." }),
    year: t.int({ description: "Year of release." }),
    genres: t.stringList({ description: "All of its genres." }),
  }),
});

interface Payload {
  movie: MovieRow;
}

const AddMoviePayload = builder.objectRef<Payload>("AddMoviePayload").implement({
  description: "The movie of this title and year.",
  fields: (t) => ({ movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const UpdateMoviePayload = builder.objectRef<Payload>("UpdateMoviePayload").implement({
  description: "The movie as it stands now.",
  fields: (t) => ({ movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

addMutation("addMovie", {
  scope: "editor",
  description:
    "Adds a movie, whose number is beyond those of any data set; one of the same title and year is answered instead. It is " +
    "recommended from now on, behind those that the model knows.",
  input: AddMovieInput,
  inputDescription: "The film.",
  validate: addMovieSchema,
  payload: AddMoviePayload,
  resultDescription: "The movie, or why it was not added.",
  errors: [],
  resolve: async (context, input) => ({ movie: await addMovie(context, input) }),
});

addMutation("updateMovie", {
  scope: "editor",
  description: "Corrects a movie's title, year or genres. Later imports leave them so.",
  input: UpdateMovieInput,
  inputDescription: "Movie and what it should be.",
  validate: updateMovieSchema,
  payload: UpdateMoviePayload,
  resultDescription: "The movie, or why nothing changed.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND"],
  resolve: async (context, input) => ({ movie: await updateMovie(context, input) }),
});
