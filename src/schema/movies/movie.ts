/** The type Movie, and queries for movies. */
import { splitGenres } from "../../genres.js";
import { parseMovieId } from "../../ids.js";
import { movieCount, movieOrderOf, moviesPage } from "../../resolvers/movies/list-movies.js";
import {
  imdbUrl,
  posterOf,
  posterSimilarity,
  posterState,
  predictedRating,
} from "../../resolvers/movies/movie-fields.js";
import { type SimilarMovie as SimilarMovieOf, similarMovies } from "../../resolvers/movies/similar-movies.js";
import { type SimilarPoster as SimilarPosterOf, similarPosters } from "../../resolvers/movies/similar-posters.js";
import { maxPage } from "../../resolvers/request/cursors.js";
import { findMovie, nodesOf } from "../../resolvers/request/lookup.js";
import type { Movie as MovieRow } from "../../resolvers/request/row-types.js";
import { builder } from "../builder/builder.js";
import { FloatRange, IntRange, MovieOrder } from "../builder/filters.js";
import { orderName, pageOf } from "../builder/page.js";
import { Movie, Poster } from "../builder/refs.js";
import { isoOf } from "../builder/time.js";

const PosterState = builder.enumType("PosterState", {
  description: "Whether a movie has a poster.",
  values: {
    READY: { description: "It has one." },
    PENDING: { description: "It is being fetched: the next query may have it." },
    NONE: { description: "There is none, or no source of posters is set up." },
  } as const,
});

const SimilarPoster = builder.objectRef<SimilarPosterOf>("SimilarPoster").implement({
  description: "A movie whose poster is close to another one's.",
  fields: (t) => ({
    movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }),
    similarity: t.exposeFloat("similarity", {
      description:
        "Cosine, −1 to 1, of the two embeddings after the catalogue's mean is taken off, which finds better neighbours: " +
        "not the number that `posterSimilarity` gives.",
    }),
  }),
});

const SimilarMovie = builder.objectRef<SimilarMovieOf>("SimilarMovie").implement({
  description: "A movie that the same people like.",
  fields: (t) => ({
    movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }),
    similarity: t.exposeFloat("similarity", {
      description: "Cosine, −1 to 1, of what the model learned of both from who likes them.",
    }),
  }),
});

builder.node(Movie, {
  description: "A film of the data set.",
  id: { resolve: ({ id }) => id, description: "Global id." },
  loadManyWithoutCache: (ids, { loaders }) => nodesOf(ids, parseMovieId, loaders.movieById) as Promise<MovieRow[]>,
  fields: (t) => ({
    movieId: t.exposeInt("id", { description: "The data set's own number." }),
    title: t.exposeString("displayTitle", {
      description: "Title with the article in front, without the year: `The Godfather`.",
    }),
    givenTitle: t.exposeString("title", { description: "Title as the data set gives it: `Godfather, The (1972)`." }),
    year: t.exposeInt("year", { nullable: true, description: "Year of release." }),
    genres: t.stringList({
      description: "Genres, in the data set's words and order.",
      resolve: ({ genres }) => splitGenres(genres),
    }),
    imdbId: t.exposeString("imdbId", { nullable: true, description: "IMDb title id, such as `tt0114709`." }),
    imdbUrl: t.string({
      nullable: true,
      description: "The title's page on IMDb; null where the movie is not linked.",
      resolve: (movie) => imdbUrl(movie),
    }),
    tmdbId: t.exposeInt("tmdbId", { nullable: true, description: "Number at The Movie Database." }),
    linkConfidence: t.exposeFloat("linkConfidence", {
      nullable: true,
      description:
        "How sure the link to IMDb is, in 0..1: 1 where id, title and year agree, or where a person said so.",
    }),
    linkEvidence: t.exposeString("linkEvidence", {
      nullable: true,
      description: "What the link was found by; where there is none, why.",
    }),
    ratingCount: t.int({
      description:
        "How many users rated it. People whose ratings the viewer may not read are counted ten at a time, here and in its mean and " +
        "histogram: nothing tells one person's stars.",
      resolve: async ({ id }, _args, { loaders }) => (await loaders.statisticsByMovieId.load(id)).ratingCount,
    }),
    meanRating: t.float({
      nullable: true,
      description: "Mean of its ratings in stars; null without ratings.",
      resolve: async ({ id }, _args, { loaders }) => (await loaders.statisticsByMovieId.load(id)).meanRating,
    }),
    ratingHistogram: t.intList({
      description: "How many ratings of 0.5, 1, … 5 stars it has: ten counts.",
      resolve: async ({ id }, _args, { loaders }) => [...(await loaders.statisticsByMovieId.load(id)).histogram],
    }),
    lastRatedOn: t.string({
      nullable: true,
      description: "The day it was last rated, such as `2003-02-28`, in UTC; null where that is not known.",
      resolve: async ({ id }, _args, { loaders }) => {
        const { lastRatedAt } = await loaders.statisticsByMovieId.load(id);
        return lastRatedAt === null ? null : isoOf(lastRatedAt).slice(0, 10);
      },
    }),
    predictedRating: t.float({
      nullable: true,
      description: "Stars that the user is predicted to give, 0.5 to 5. One call of the model serves a whole request.",
      args: { userId: t.arg.id({ description: "Number or global id of a user; by default the viewer." }) },
      resolve: (movie, { userId }, context) => predictedRating(context, movie, userId),
    }),
    posterSimilarity: t.float({
      nullable: true,
      description:
        "Cosine, −1 to 1, of its poster's embedding to the mean of a user's three best-rated movies' or to another " +
        "movie's; null where there is no poster. Computed only where asked for.",
      args: {
        userId: t.arg.id({ description: "Number or global id of a user." }),
        movieId: t.arg.id({ description: "Number or global id of a movie." }),
      },
      complexity: 5,
      resolve: (movie, to, context) => posterSimilarity(context, movie, to),
    }),
    poster: t.field({
      type: Poster,
      nullable: true,
      description: "Its key art, where there is any.",
      resolve: (movie, _args, context) => posterOf(context, movie),
    }),
    similar: t.field({
      type: [SimilarMovie],
      description:
        "Movies that the same people like, closest first; none where too few people like this one, or the model that serves " +
        "has no ranker.",
      args: { first: t.arg.int({ defaultValue: 10, description: `How many, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 10) }),
      resolve: (movie, { first }, context) => similarMovies(context, movie, first ?? 10),
    }),
    similarPosters: t.field({
      type: [SimilarPoster],
      description:
        "Movies whose posters look most like this one's, of the whole catalogue, closest first; none where it has no poster.",
      args: { first: t.arg.int({ defaultValue: 10, description: `How many, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 50, multiplier: Math.max(1, first ?? 10) }),
      resolve: (movie, { first }, context) => similarPosters(context, movie, first ?? 10),
    }),
    posterState: t.field({
      type: PosterState,
      description:
        "Whether it has a poster. Asking for one that is missing has it fetched in the background, where a source of " +
        "posters is set up: `posterUpdated` says when it is there.",
      resolve: (movie, _args, context) => posterState(context, movie),
    }),
  }),
});

builder.queryField("movie", (t) =>
  t.field({
    type: Movie,
    nullable: true,
    description: "A movie by the data set's own number or global id, or by its IMDb id.",
    args: {
      id: t.arg.id({ description: "Number or global id." }),
      imdbId: t.arg.string({ description: "`tt0114709`, `114709` or the address of a title on imdb.com." }),
    },
    resolve: (_root, by, context) => findMovie(context, by),
  }),
);

builder.queryField("movies", (t) =>
  t.connection(
    {
      type: Movie,
      description: "Movies, all or those that match, by default by number, or by relevance where `search` is given.",
      args: {
        search: t.arg.string({
          description:
            "Words of the title, or how they begin, in any order, in whatever case and with or without accents, hyphens and apostrophes; " +
            "of Chinese, Japanese, Korean and Thai any part of the title. The best fit comes first, unless `orderBy` says otherwise.",
        }),
        genres: t.arg.stringList({ description: "Genres that a movie must all have." }),
        anyGenre: t.arg.stringList({ description: "Genres of which a movie must have one." }),
        excludeGenres: t.arg.stringList({ description: "Genres of which a movie must have none." }),
        years: t.arg({ type: IntRange, description: "Only movies released in these years." }),
        meanRating: t.arg({ type: FloatRange, description: "Only movies with such a mean rating, in stars." }),
        ratingCount: t.arg({ type: IntRange, description: "Only movies that so many users rated." }),
        linked: t.arg.boolean({ description: "Only movies with an IMDb id, or with `false` only those without." }),
        uncertainLink: t.arg.boolean({
          description:
            "Only movies whose link an import found and was not certain of, or with `false` only the others.",
        }),
        hasPoster: t.arg.boolean({ description: "Only movies with a poster, or with `false` only those without." }),
        orderBy: t.arg({ type: MovieOrder, description: "By default by number." }),
      },
      resolve: (_root, args, context) =>
        pageOf(
          args,
          orderName(movieOrderOf(args)),
          (page) => moviesPage(context, args, page),
          () => movieCount(context, args),
        ),
    },
    { name: "MovieConnection", description: "A page of movies." },
    { name: "MovieEdge", description: "A movie and its cursor." },
  ),
);
