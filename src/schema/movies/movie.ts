/** The Movie type and the queries for movies. */
import { splitGenres } from "../../genres.js";
import { parseMovieId } from "../../ids.js";
import { movieCount, moviesPage, toMovieOrder } from "../../resolvers/movies/list-movies.js";
import {
  getPoster,
  imdbUrl,
  posterSimilarity,
  posterState,
  predictedRating,
} from "../../resolvers/movies/movie-fields.js";
import { type SimilarMovie as SimilarMovieOf, similarMovies } from "../../resolvers/movies/similar-movies.js";
import { type SimilarPoster as SimilarPosterOf, similarPosters } from "../../resolvers/movies/similar-posters.js";
import { maxPage } from "../../resolvers/request/cursors.js";
import { loadNodes, lookUpMovie } from "../../resolvers/request/lookup.js";
import type { Movie } from "../../resolvers/request/row-types.js";
import { builder } from "../builder/builder.js";
import { FloatRange, IntRange, MovieOrderInput } from "../builder/filters.js";
import { orderName, toConnection } from "../builder/page.js";
import { MovieRef, PosterRef, RatingRef } from "../builder/refs.js";
import { toIsoString } from "../builder/time.js";

const PosterState = builder.enumType("PosterState", {
  description: "Availability of a movie's poster.",
  values: {
    READY: { description: "Available." },
    PENDING: { description: "Being fetched; a later query may return it." },
    NONE: { description: "Not available, or no poster provider is configured." },
  } as const,
});

const SimilarPoster = builder.objectRef<SimilarPosterOf>("SimilarPoster").implement({
  description: "A movie with a similar poster.",
  fields: (t) => ({
    movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }),
    similarity: t.exposeFloat("similarity", {
      description:
        "Cosine similarity, −1 to 1, of the two embeddings after subtracting the catalogue's mean, which finds better " +
        "neighbours; differs from `posterSimilarity`.",
    }),
  }),
});

const AlsoLiked = builder.objectRef<SimilarMovieOf>("AlsoLikedMovie").implement({
  description: "A movie that people like who like another one.",
  fields: (t) => ({
    movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }),
    affinity: t.exposeFloat("affinity", {
      description:
        "Cosine, −1 to 1, of the two movies in the model, learned from who likes them; it knows nothing of posters.",
    }),
  }),
});

const SimilarMovie = builder.objectRef<SimilarMovieOf>("SimilarMovie").implement({
  description: "A movie liked by the same users.",
  fields: (t) => ({
    movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }),
    similarity: t.exposeFloat("affinity", {
      description: "Cosine similarity, −1 to 1, of the movies in the model, learned from who likes them.",
    }),
  }),
});

builder.node(MovieRef, {
  description: "A movie.",
  id: { resolve: ({ id }) => id, description: "Global id." },
  loadManyWithoutCache: (ids, { loaders }) => loadNodes(ids, parseMovieId, loaders.movieById) as Promise<Movie[]>,
  fields: (t) => ({
    movieId: t.exposeInt("id", { description: "Movie number in the data set." }),
    title: t.exposeString("displayTitle", {
      description: "Display title: article first, without the year: `The Godfather`.",
    }),
    givenTitle: t.exposeString("title", { description: "Title as in the data set: `Godfather, The (1972)`." }),
    year: t.exposeInt("year", { nullable: true, description: "Release year." }),
    genres: t.stringList({
      description: "Genres, named and ordered as in the data set.",
      resolve: ({ genres }) => splitGenres(genres),
    }),
    imdbId: t.exposeString("imdbId", { nullable: true, description: "IMDb title id, such as `tt0114709`." }),
    imdbUrl: t.string({
      nullable: true,
      description: "URL of the IMDb page; null if the movie is not linked.",
      resolve: (movie) => imdbUrl(movie),
    }),
    tmdbId: t.exposeInt("tmdbId", { nullable: true, description: "The Movie Database (TMDB) id." }),
    linkConfidence: t.exposeFloat("linkConfidence", {
      nullable: true,
      description: "Confidence of the IMDb link, 0 to 1: 1 if id, title and year agree or a person confirmed it.",
    }),
    linkEvidence: t.exposeString("linkEvidence", {
      nullable: true,
      description: "How the link was found, or why there is none.",
    }),
    ratingCount: t.int({
      description:
        "Number of ratings. Here and in the mean and histogram, ratings that the viewer may not read count in tens, so that no " +
        "single user's rating is revealed.",
      resolve: async ({ id }, _args, { loaders }) => (await loaders.statisticsByMovieId.load(id)).ratingCount,
    }),
    meanRating: t.float({
      nullable: true,
      description: "Mean rating in stars; null without ratings.",
      resolve: async ({ id }, _args, { loaders }) => (await loaders.statisticsByMovieId.load(id)).meanRating,
    }),
    ratingHistogram: t.intList({
      description: "Numbers of ratings of 0.5, 1, … 5 stars: ten counts.",
      resolve: async ({ id }, _args, { loaders }) => [...(await loaders.statisticsByMovieId.load(id)).histogram],
    }),
    lastRatedOn: t.string({
      nullable: true,
      description: "Date of the last rating in UTC, such as `2003-02-28`; null if unknown.",
      resolve: async ({ id }, _args, { loaders }) => {
        const { lastRatedAt } = await loaders.statisticsByMovieId.load(id);
        return lastRatedAt === null ? null : toIsoString(lastRatedAt).slice(0, 10);
      },
    }),
    predictedRating: t.float({
      nullable: true,
      description: "Predicted rating by the user in stars, 0.5 to 5. One call to the model serves a whole request.",
      args: { userId: t.arg.id({ description: "Number or global id of a user; default the viewer." }) },
      resolve: (movie, { userId }, context) => predictedRating(context, movie, userId),
    }),
    posterSimilarity: t.float({
      nullable: true,
      description:
        "Cosine similarity, −1 to 1, of its poster's embedding to the mean of a user's three best-rated movies or to another " +
        "movie; null if there is no poster. Computed only if selected.",
      args: {
        userId: t.arg.id({ description: "Number or global id of a user." }),
        movieId: t.arg.id({ description: "Number or global id of a movie." }),
      },
      complexity: 5,
      resolve: (movie, to, context) => posterSimilarity(context, movie, to),
    }),
    viewerRating: t.field({
      type: RatingRef,
      nullable: true,
      description: "The viewer's own rating; null without one, and for a token of no user.",
      resolve: ({ id }, _args, { viewer, loaders }) =>
        viewer.userId === null ? null : loaders.ratingOfPair.load({ userId: viewer.userId, movieId: id }),
    }),
    poster: t.field({
      type: PosterRef,
      nullable: true,
      description: "Key art; null if there is none.",
      resolve: (movie, _args, context) => getPoster(context, movie),
    }),
    alsoLiked: t.field({
      type: [AlsoLiked],
      description:
        "Movies that the same people like, highest affinity first; empty if too few like this one or the active model has no " +
        "ranker. `similarPosters` compares pictures.",
      args: { first: t.arg.int({ defaultValue: 10, description: `Number of movies, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 10) }),
      resolve: (movie, { first }, context) => similarMovies(context, movie, first ?? 10),
    }),
    similar: t.field({
      type: [SimilarMovie],
      deprecationReason: "Use `alsoLiked`: everywhere else `similar` is about posters.",
      description:
        "Movies liked by the same users, most similar first; empty if too few users like this one or the active model has no " +
        "ranker.",
      args: { first: t.arg.int({ defaultValue: 10, description: `Number of movies, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 10) }),
      resolve: (movie, { first }, context) => similarMovies(context, movie, first ?? 10),
    }),
    similarPosters: t.field({
      type: [SimilarPoster],
      description:
        "Movies in the catalogue with the most similar posters, most similar first; empty if this one has no poster.",
      args: { first: t.arg.int({ defaultValue: 10, description: `Number of movies, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 50, multiplier: Math.max(1, first ?? 10) }),
      resolve: (movie, { first }, context) => similarPosters(context, movie, first ?? 10),
    }),
    posterState: t.field({
      type: PosterState,
      description:
        "Availability of the poster. Selecting a missing poster fetches it in the background if a poster provider is " +
        "configured; `posterUpdated` reports its arrival.",
      resolve: (movie, _args, context) => posterState(context, movie),
    }),
  }),
});

builder.queryField("movie", (t) =>
  t.field({
    type: MovieRef,
    nullable: true,
    description: "The movie with a number, global id or IMDb id; null if there is none.",
    args: {
      id: t.arg.id({ description: "Number or global id of the movie." }),
      imdbId: t.arg.string({ description: "`tt0114709`, `114709` or the URL of a title on imdb.com." }),
    },
    resolve: (_root, by, context) => lookUpMovie(context, by),
  }),
);

builder.queryField("movies", (t) =>
  t.connection(
    {
      type: MovieRef,
      description: "Movies that match all filters, by default ordered by number, or by relevance with `search`.",
      args: {
        search: t.arg.string({
          description:
            "Words of the title or prefixes of them, in any order, ignoring case, accents, hyphens and apostrophes; any part of a " +
            "Chinese, Japanese, Korean or Thai title. Best match first, unless `orderBy` is given.",
        }),
        genres: t.arg.stringList({ description: "Genres that a movie must have, all of them." }),
        anyGenre: t.arg.stringList({ description: "Genres of which a movie must have at least one." }),
        excludeGenres: t.arg.stringList({ description: "Genres that a movie must not have." }),
        years: t.arg({ type: IntRange, description: "Only movies released in these years." }),
        meanRating: t.arg({ type: FloatRange, description: "Only movies with a mean rating in this range, in stars." }),
        ratingCount: t.arg({ type: IntRange, description: "Only movies with a number of ratings in this range." }),
        linked: t.arg.boolean({ description: "Only movies with an IMDb id, or with `false` without one." }),
        uncertainLink: t.arg.boolean({
          description: "Only movies with an uncertain link from an import, or with `false` all others.",
        }),
        hasPoster: t.arg.boolean({ description: "Only movies with a poster, or with `false` without one." }),
        orderBy: t.arg({ type: MovieOrderInput, description: "Sort order; default by number." }),
      },
      resolve: (_root, args, context) =>
        toConnection(
          args,
          orderName(toMovieOrder(args)),
          (page) => moviesPage(context, args, page),
          () => movieCount(context, args),
        ),
    },
    { name: "MovieConnection", description: "A page of movies." },
    { name: "MovieEdge", description: "A movie and its cursor." },
  ),
);
