/** Mutations that link movies to IMDb, and candidates for a link. */
import { AppError } from "../../errors.js";
import { linkCandidates, linkImdb, linkImdbBatch, maxLinks, unlinkImdb } from "../../resolvers/movies/edit-links.js";
import type { LinkCandidate as LinkCandidateRow, Movie as MovieRow } from "../../resolvers/request/row-types.js";
import { builder } from "../builder/builder.js";
import { addMutation, changing } from "../builder/mutation.js";
import { Refusal } from "../builder/named-errors.js";
import { Movie } from "../builder/refs.js";

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

const LinkImdbResult = addMutation("linkImdb", {
  scope: "editor",
  description: "Says which IMDb title a movie is. Later imports leave it as it is.",
  input: LinkImdbInput,
  inputDescription: "Movie and IMDb title.",
  payload: LinkImdbPayload,
  resultDescription: "The linked movie, or why it was not linked.",
  errors: ["INVALID_ID", "INVALID_IMDB_ID", "IMDB_ID_TAKEN", "MOVIE_NOT_FOUND"],
  resolve: async (context, input) => ({ movie: await linkImdb(context, input) }),
});

const LinkImdbBatchInput = builder.inputType("LinkImdbBatchInput", {
  description: "Many links at once.",
  fields: (t) => ({
    links: t.field({ type: [LinkImdbInput], required: true, description: `At most ${maxLinks}.` }),
  }),
});

const LinkImdbBatchPayload = builder.objectRef<{ results: (Payload | Refusal)[] }>("LinkImdbBatchPayload").implement({
  description: "What became of each link.",
  fields: (t) => ({
    results: t.field({
      type: [LinkImdbResult],
      description: "In the order of the input.",
      // The mutation itself counts how many there are.
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
      "As `linkImdb`, for many movies in one transaction: what cannot be linked is answered in its place, and the others are linked.",
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
  description: "A film that a movie may be, from the release that links were taken from.",
  fields: (t) => ({
    imdbId: t.exposeString("imdbId", { description: "IMDb title id, such as `tt0114709`." }),
    tmdbId: t.exposeInt("tmdbId", { nullable: true, description: "Number at The Movie Database." }),
    title: t.exposeString("title", { description: "As the release gives it." }),
    year: t.exposeInt("year", { nullable: true, description: "Year of release." }),
    confidence: t.exposeFloat("confidence", {
      description: "How like the movie it is, in 0..1: 1 where title and year agree.",
    }),
    evidence: t.exposeString("evidence", { description: "What agrees and what does not." }),
    takenBy: t.field({
      type: Movie,
      nullable: true,
      description: "The movie that has this IMDb id already; null where it is free.",
      resolve: ({ takenBy }) => takenBy,
    }),
  }),
});

builder.queryField("linkCandidates", (t) =>
  t.field({
    type: [LinkCandidate],
    description:
      "Films that a movie may be, likeliest first, for whoever corrects its link: accept one with `linkImdb`. Empty until " +
      "`marquee link` (or an import with links) has read a release with titles.",
    args: {
      movieId: t.arg.id({ required: true, description: "Number or global id of the movie." }),
      first: t.arg.int({ defaultValue: 10, description: "How many, at most 50." }),
    },
    complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 10) }),
    resolve: (_root, { movieId, first }, context) => linkCandidates(context, movieId, first ?? 10),
  }),
);

addMutation("unlinkImdb", {
  scope: "editor",
  description: "Takes a wrong IMDb id away from a movie. Later imports leave it so.",
  input: UnlinkImdbInput,
  inputDescription: "The movie.",
  payload: UnlinkImdbPayload,
  resultDescription: "The movie without its link, or why nothing changed.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND"],
  resolve: async (context, { movieId }) => ({ movie: await unlinkImdb(context, movieId) }),
});
