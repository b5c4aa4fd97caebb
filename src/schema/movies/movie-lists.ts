/** Lists of movies: popular, trending, best rated. */
import { popularMovies, type TopMovie as TopMovieOf, topMovies } from "../../resolvers/movies/list-movies.js";
import { type TrendingMovie as TrendingMovieOf, trending } from "../../resolvers/movies/trending.js";
import { maxPage } from "../../resolvers/request/cursors.js";
import { builder } from "../builder/builder.js";
import { Movie } from "../builder/refs.js";

const most = `How many, at most ${maxPage}.`;

const TrendingMovie = builder.objectRef<TrendingMovieOf>("TrendingMovie").implement({
  description: "A movie that was rated often of late.",
  fields: (t) => ({
    movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }),
    recentRatings: t.exposeInt("ratings", { description: "How many users rated it in these days." }),
  }),
});

const TopMovie = builder.objectRef<TopMovieOf>("TopMovie").implement({
  description: "A movie of high repute.",
  fields: (t) => ({
    movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }),
    score: t.exposeFloat("score", { description: "Bayesian average of its ratings, in stars." }),
  }),
});

builder.queryField("popular", (t) =>
  t.field({
    type: [Movie],
    description: "The movies that most users rated.",
    args: { first: t.arg.int({ defaultValue: 15, description: most }) },
    complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 15) }),
    resolve: (_root, { first }, context) => popularMovies(context, first ?? 15),
  }),
);

builder.queryField("trending", (t) =>
  t.field({
    type: [TrendingMovie],
    description:
      "The movies that most users rated in the last days: of imported ratings counted back from the latest of them, so that " +
      "old data sets have trends too, and of those given here from now; equal ones by the sum of their stars. Counted once a " +
      "minute. Without imported ratings' times, those given here alone count. Ratings that the viewer may not read count ten at a time.",
    args: {
      days: t.arg.int({ defaultValue: 30, description: "How many days, at most 3650." }),
      first: t.arg.int({ defaultValue: 15, description: most }),
    },
    complexity: ({ first }) => ({ field: 500, multiplier: Math.max(1, first ?? 15) }),
    resolve: (_root, { days, first }, context) => trending(context, days ?? 30, first ?? 15),
  }),
);

builder.queryField("topMovies", (t) =>
  t.field({
    type: [TopMovie],
    description:
      "The best-rated movies by Bayesian average, (C·m + Σ stars) / (C + n): n ratings of the movie, m the mean of all " +
      "ratings, and C = `prior` ratings of m stars that every movie is given, so that one rating of 5 stars is not the best of all.",
    args: {
      first: t.arg.int({ defaultValue: 15, description: most }),
      prior: t.arg.float({ defaultValue: 50, description: "C: how many ratings of the mean every movie is given." }),
    },
    complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 15) }),
    resolve: (_root, { first, prior }, context) => topMovies(context, prior ?? 50, first ?? 15),
  }),
);
