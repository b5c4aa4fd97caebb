/** Mutations that link movies to IMDb, and the query for link candidates. */
import { AppError } from "../../errors.js";
import { linkCandidates, linkImdb, linkImdbBatch, maxLinks, unlinkImdb } from "../../resolvers/movies/edit-links.js";
import type { LinkCandidate as LinkCandidateRow, Movie } from "../../resolvers/request/row-types.js";
import { builder } from "../builder/builder.js";
import { addMutation, changing } from "../builder/mutation.js";
import { Refusal } from "../builder/named-errors.js";
import { MovieRef } from "../builder/refs.js";

interface Payload {
  movie: Movie;
}

const LinkImdbInput = builder.inputType("LinkImdbInput", {
  description: "A movie and its IMDb title.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    imdbId: t.string({ required: true, description: "`tt0114709`, `114709` or the URL of a title on imdb.com." }),
  }),
});

const UnlinkImdbInput = builder.inputType("UnlinkImdbInput", {
  description: "A movie with a wrong IMDb id.",
  fields: (t) => ({ movieId: t.id({ required: true, description: "Number or global id of the movie." }) }),
});

const LinkImdbPayload = builder.objectRef<Payload>("LinkImdbPayload").implement({
  description: "The linked movie.",
  fields: (t) => ({ movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const UnlinkImdbPayload = builder.objectRef<Payload>("UnlinkImdbPayload").implement({
  description: "The movie without its IMDb id.",
  fields: (t) => ({ movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const LinkImdbResult = addMutation("linkImdb", {
  scope: "editor",
  description: "Links a movie to an IMDb title. Later imports keep the link.",
  input: LinkImdbInput,
  inputDescription: "Movie and IMDb title.",
  payload: LinkImdbPayload,
  resultDescription: "The linked movie, or the reason for the failure.",
  errors: ["INVALID_ID", "INVALID_IMDB_ID", "IMDB_ID_TAKEN", "MOVIE_NOT_FOUND"],
  resolve: async (context, input) => ({ movie: await linkImdb(context, input) }),
});

const LinkImdbBatchInput = builder.inputType("LinkImdbBatchInput", {
  description: "Several links.",
  fields: (t) => ({
    links: t.field({ type: [LinkImdbInput], required: true, description: `Links to set, at most ${maxLinks}.` }),
  }),
});

const LinkImdbBatchPayload = builder.objectRef<{ results: (Payload | Refusal)[] }>("LinkImdbBatchPayload").implement({
  description: "The result for each link.",
  fields: (t) => ({
    results: t.field({
      type: [LinkImdbResult],
      description: "Results, in the order of the input.",
      // The mutation field already multiplies by the number of links.
      complexity: { field: 0, multiplier: 1 },
      resolve: ({ results }) => results,
    }),
  }),
});

builder.mutationField("linkImdbBatch", (t) =>
  t.field({
    type: LinkImdbBatchPayload,
    authScopes: { editor: true },
    description:
      "Links several movies in one transaction, like `linkImdb`. A link that fails returns its error; the others are set.",
    args: { input: t.arg({ type: LinkImdbBatchInput, required: true, description: "Movies and IMDb titles." }) },
    complexity: ({ input }) => ({ field: 1, multiplier: Math.max(1, input.links.length) }),
    resolve: async (_root, { input }, context) => ({
      results: (await changing(context, linkImdbBatch(context, input.links))).map((result) =>
        result instanceof AppError ? new Refusal(result) : { movie: result },
      ),
    }),
  }),
);

const LinkCandidate = builder.objectRef<LinkCandidateRow>("LinkCandidate").implement({
  description: "A possible IMDb title for a movie, from the release that links were taken from.",
  fields: (t) => ({
    imdbId: t.exposeString("imdbId", { description: "IMDb title id, such as `tt0114709`." }),
    tmdbId: t.exposeInt("tmdbId", { nullable: true, description: "The Movie Database (TMDB) id." }),
    title: t.exposeString("title", { description: "Title in the release." }),
    year: t.exposeInt("year", { nullable: true, description: "Release year." }),
    confidence: t.exposeFloat("confidence", {
      description: "Similarity to the movie, 0 to 1: 1 if title and year agree.",
    }),
    evidence: t.exposeString("evidence", { description: "What matches and what does not." }),
    takenBy: t.field({
      type: MovieRef,
      nullable: true,
      description: "The movie that already has this IMDb id; null if none.",
      resolve: ({ takenBy }) => takenBy,
    }),
  }),
});

builder.queryField("linkCandidates", (t) =>
  t.field({
    type: [LinkCandidate],
    description:
      "Possible IMDb titles for a movie, most likely first; set one with `linkImdb`. Empty until `marquee link` (or an import " +
      "with links) has read a release with titles.",
    args: {
      movieId: t.arg.id({ required: true, description: "Number or global id of the movie." }),
      first: t.arg.int({ defaultValue: 10, description: "Number of candidates, at most 50." }),
    },
    complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 10) }),
    resolve: (_root, { movieId, first }, context) => linkCandidates(context, movieId, first ?? 10),
  }),
);

addMutation("unlinkImdb", {
  scope: "editor",
  description: "Removes a wrong IMDb id from a movie. Later imports do not restore it.",
  input: UnlinkImdbInput,
  inputDescription: "The movie.",
  payload: UnlinkImdbPayload,
  resultDescription: "The unlinked movie, or the reason for the failure.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND"],
  resolve: async (context, { movieId }) => ({ movie: await unlinkImdb(context, movieId) }),
});
