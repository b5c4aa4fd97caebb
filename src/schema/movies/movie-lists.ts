/** Queries for lists of movies: popular, trending, best-rated, to rate, and named ones; and for genres. */
import { type Genre as GenreOf, listGenres } from "../../resolvers/movies/list-genres.js";
import { popularMovies, type TopMovie as TopMovieOf, topMovies } from "../../resolvers/movies/list-movies.js";
import { matchTitles, maxTitles, type TitleMatch as TitleMatchOf } from "../../resolvers/movies/match-titles.js";
import { moviesToRate } from "../../resolvers/movies/movies-to-rate.js";
import { type TrendingMovie as TrendingMovieOf, trending } from "../../resolvers/movies/trending.js";
import { maxPage } from "../../resolvers/request/cursors.js";
import { builder } from "../builder/builder.js";
import { MovieRef } from "../builder/refs.js";

const firstDescription = `Number of movies, at most ${maxPage}.`;

const TrendingMovie = builder.objectRef<TrendingMovieOf>("TrendingMovie").implement({
  description: "A movie with many recent ratings.",
  fields: (t) => ({
    movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }),
    recentRatings: t.exposeInt("ratings", { description: "Number of ratings in the period." }),
  }),
});

const TopMovie = builder.objectRef<TopMovieOf>("TopMovie").implement({
  description: "A highly rated movie.",
  fields: (t) => ({
    movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }),
    score: t.exposeFloat("score", { description: "Bayesian average of its ratings, in stars." }),
  }),
});

const Genre = builder.objectRef<GenreOf>("Genre").implement({
  description: "A genre of the catalogue.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, as in `Movie.genres`." }),
    movieCount: t.exposeInt("movieCount", { description: "Number of movies." }),
  }),
});

builder.queryField("genres", (t) =>
  t.field({
    type: [Genre],
    description: "All genres of the catalogue, by name.",
    resolve: (_root, _args, context) => listGenres(context),
  }),
);

builder.queryField("popular", (t) =>
  t.field({
    type: [MovieRef],
    description: "Movies with the most ratings, most first.",
    args: { first: t.arg.int({ defaultValue: 15, description: firstDescription }) },
    complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 15) }),
    resolve: (_root, { first }, context) => popularMovies(context, first ?? 15),
  }),
);

const TitleMatch = builder.objectRef<TitleMatchOf>("TitleMatch").implement({
  description: "A title, and the movie that it names.",
  fields: (t) => ({
    title: t.exposeString("title", { description: "The title as it was given." }),
    movie: t.field({
      type: MovieRef,
      nullable: true,
      description: "The movie; null if none is likely enough, or several are as likely.",
      resolve: ({ movie }) => movie,
    }),
    confidence: t.exposeFloat("confidence", {
      description:
        "How surely it is this movie, 0 to 1: 1 for the same title and year, or the same id; 0 without a movie.",
    }),
    evidence: t.exposeString("evidence", {
      description: "What matches and what does not, or why there is no movie.",
    }),
  }),
});

builder.queryField("matchTitles", (t) =>
  t.field({
    type: [TitleMatch],
    description:
      "The movies of a list of titles, such as a festival's programme, in its order; `filter.amongMovieIds` then ranks these alone.",
    args: {
      titles: t.arg.stringList({
        required: true,
        description: `Titles, with or without a year, or IMDb ids, at most ${maxTitles}.`,
      }),
    },
    complexity: ({ titles }) => ({ field: 20, multiplier: Math.max(1, titles.length) }),
    resolve: (_root, { titles }, context) => matchTitles(context, titles),
  }),
);

builder.queryField("moviesToRate", (t) =>
  t.field({
    type: [MovieRef],
    description:
      "Movies to ask a new person about, most telling first: known to many, judged differently, and unlike each other. " +
      "`recommendFor` recommends from the answers.",
    args: {
      first: t.arg.int({ defaultValue: 24, description: firstDescription }),
      exceptMovieIds: t.arg.idList({ defaultValue: [], description: "Movies that were asked about already." }),
    },
    complexity: ({ first }) => ({ field: 50, multiplier: Math.max(1, first ?? 24) }),
    resolve: (_root, { first, exceptMovieIds }, context) =>
      moviesToRate(context, { first: first ?? 24, exceptMovieIds: exceptMovieIds ?? [] }),
  }),
);

builder.queryField("trending", (t) =>
  t.field({
    type: [TrendingMovie],
    description:
      "Movies with the most ratings in the last `days` days; ties by sum of stars. For imported ratings the period ends at the latest of " +
      "them, so that old data sets have trends too; for ratings given here it ends now. Without times, imported ratings do " +
      "not count. Counted once a minute. Ratings that the viewer may not read count in tens.",
    args: {
      days: t.arg.int({ defaultValue: 30, description: "Length of the period in days, at most 3650." }),
      first: t.arg.int({ defaultValue: 15, description: firstDescription }),
    },
    complexity: ({ first }) => ({ field: 500, multiplier: Math.max(1, first ?? 15) }),
    resolve: (_root, { days, first }, context) => trending(context, days ?? 30, first ?? 15),
  }),
);

builder.queryField("topMovies", (t) =>
  t.field({
    type: [TopMovie],
    description:
      "Movies by Bayesian average, best first: (C·m + Σ stars) / (C + n), with n ratings of the movie, m the mean of all " +
      "ratings and C = `prior`, so that a single rating of 5 stars does not lead the list.",
    args: {
      first: t.arg.int({ defaultValue: 15, description: firstDescription }),
      prior: t.arg.float({
        defaultValue: 50,
        description: "C: number of prior ratings of m stars that every movie gets.",
      }),
    },
    complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 15) }),
    resolve: (_root, { first, prior }, context) => topMovies(context, prior ?? 50, first ?? 15),
  }),
);
