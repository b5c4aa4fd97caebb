import { linkImdb, unlinkImdb } from "../resolvers/links.js";
import type { Movie as MovieRow } from "../resolvers/rows.js";
import { builder } from "./builder.js";
import { errorTypes, type NamedError, orNamedError, type Refusal, typeNameOf } from "./mutation-errors.js";
import { Movie } from "./refs.js";

interface Payload {
  movie: MovieRow;
}

const LinkImdbInput = builder.inputType("LinkImdbInput", {
  description: "Which IMDb title a movie is.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    imdbId: t.string({ required: true, description: "`tt0114709`, `114709` or the address of a title on imdb.com." }),
  }),
});

const UnlinkImdbInput = builder.inputType("UnlinkImdbInput", {
  description: "A movie whose IMDb id is wrong.",
  fields: (t) => ({ movieId: t.id({ required: true, description: "Number or global id of the movie." }) }),
});

const LinkImdbPayload = builder.objectRef<Payload>("LinkImdbPayload").implement({
  description: "The movie as it is linked now.",
  fields: (t) => ({ movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const UnlinkImdbPayload = builder.objectRef<Payload>("UnlinkImdbPayload").implement({
  description: "The movie without its IMDb id.",
  fields: (t) => ({ movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const linkErrors: NamedError[] = ["INVALID_ID", "INVALID_IMDB_ID", "IMDB_ID_TAKEN", "MOVIE_NOT_FOUND"];
const LinkImdbResult = builder.unionType("LinkImdbResult", {
  description: "The linked movie, or why it was not linked.",
  types: [LinkImdbPayload, ...linkErrors.map((name) => errorTypes[name])],
  resolveType: (value: Payload | Refusal) => typeNameOf(value, "LinkImdbPayload"),
});

const unlinkErrors: NamedError[] = ["INVALID_ID", "MOVIE_NOT_FOUND"];
const UnlinkImdbResult = builder.unionType("UnlinkImdbResult", {
  description: "The movie without its link, or why nothing changed.",
  types: [UnlinkImdbPayload, ...unlinkErrors.map((name) => errorTypes[name])],
  resolveType: (value: Payload | Refusal) => typeNameOf(value, "UnlinkImdbPayload"),
});

builder.mutationField("linkImdb", (t) =>
  t.field({
    type: LinkImdbResult,
    authScopes: { editor: true },
    description: "Says which IMDb title a movie is. Later imports leave it as it is.",
    args: { input: t.arg({ type: LinkImdbInput, required: true, description: "Movie and IMDb title." }) },
    resolve: (_root, { input }, context) =>
      orNamedError(linkErrors, async () => ({ movie: await linkImdb(context, input.movieId, input.imdbId) })),
  }),
);

builder.mutationField("unlinkImdb", (t) =>
  t.field({
    type: UnlinkImdbResult,
    authScopes: { editor: true },
    description: "Takes a wrong IMDb id away from a movie. Later imports leave it so.",
    args: { input: t.arg({ type: UnlinkImdbInput, required: true, description: "The movie." }) },
    resolve: (_root, { input }, context) =>
      orNamedError(unlinkErrors, async () => ({ movie: await unlinkImdb(context, input.movieId) })),
  }),
);
