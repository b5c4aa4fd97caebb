/** The Recommendation type, its reasons, and the query for guests. */
import { defaultFirst } from "../../recommend/recommend-request.js";
import { getReasons, reasonText, sharedPalette } from "../../resolvers/recommendations/reasons.js";
import { getSimilarity, shownScore } from "../../resolvers/recommendations/recommendation-fields.js";
import { recommendFor } from "../../resolvers/recommendations/recommendations.js";
import { builder } from "../builder/builder.js";
import {
  MovieRef,
  PosterReasonRef,
  RatingReasonRef,
  ReasonRef,
  RecommendationRef,
  TasteReasonRef,
} from "../builder/refs.js";
import { firstArg, recommendArgs, recommendCost } from "./recommend-args.js";
import { TasteBasis } from "./visual-taste.js";

const PredictionBasis = builder.enumType("PredictionBasis", {
  description: "Basis of a prediction.",
  values: {
    MODEL: { description: "Ratings of both the user and the movie that the model knows." },
    FALLBACK: { description: "Means, because the model knows no ratings of the user or of the movie." },
  } as const,
});

RecommendationRef.implement({
  description: "A recommended movie with its predicted rating.",
  fields: (t) => ({
    rank: t.exposeInt("rank", { description: "Rank in the list, from 1." }),
    movie: t.field({
      type: MovieRef,
      nullable: true,
      description: "The movie.",
      resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
    }),
    title: t.exposeString("title", { description: "Title of the movie." }),
    score: t.float({
      description: "Predicted rating in stars, 0.5 to 5. The order uses the prediction before clamping.",
      resolve: (recommended) => shownScore(recommended),
    }),
    basis: t.expose("basis", { type: PredictionBasis, description: "Basis of the prediction." }),
    similarity: t.float({
      nullable: true,
      description:
        "Cosine similarity, −1 to 1, of the poster's embedding to the mean of the user's three best-rated movies; null if " +
        "there is no poster. Computed only if selected or needed by `similar: true`.",
      complexity: 5,
      resolve: (recommended, _args, context) => getSimilarity(context, recommended),
    }),
    reasons: t.field({
      type: [ReasonRef],
      description:
        "If posters re-ranked the list: the most similar poster, then, for a user with fewer than three rated movies, the " +
        "fallback. After these, if the model supports it, the user's ratings that raise this prediction most, largest " +
        "first. Computed only if selected.",
      args: { first: t.arg.int({ defaultValue: 3, description: "Number of reasons, at most 20." }) },
      complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 3) }),
      resolve: (recommended, { first }, context) => getReasons(context, recommended, first ?? 3),
    }),
  }),
});

const GuestRatingInput = builder.inputType("GuestRatingInput", {
  description: "A guest's rating of a movie.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in steps of 0.5." }),
  }),
});

const DemographicsInput = builder.inputType("DemographicsInput", {
  description: "Demographics of a guest.",
  fields: (t) => ({
    gender: t.string({ description: "`M` or `F`." }),
    ageGroup: t.int({ description: "Lower bound of the age group: 1, 18, 25, 35, 45, 50 or 56." }),
    occupation: t.string({ description: "Occupation as the data set names it." }),
  }),
});

builder.queryField("recommendFor", (t) =>
  t.field({
    type: [RecommendationRef],
    description:
      "Recommendations for a guest from the given ratings; nothing is stored. Without ratings: movies that most users like.",
    args: {
      ratings: t.arg({ type: [GuestRatingInput], required: true, description: "Ratings of the guest, at most 500." }),
      demographics: t.arg({ type: DemographicsInput, description: "Demographics of the guest." }),
      ...recommendArgs(t.arg),
      first: firstArg(t.arg),
    },
    complexity: (args) => recommendCost(args, args.first ?? defaultFirst),
    resolve: (_root, args, context) => recommendFor(context, args, args),
  }),
);

ReasonRef.implement({
  description: "Reason for a recommendation.",
  resolveType: ({ kind }) => kind,
  fields: (t) => ({
    text: t.string({
      description:
        "Display text: `because you gave Alien 5★`, `its poster looks like that of Alien (0.83): both black and green`.",
      resolve: (reason, _args, context) => reasonText(context, reason),
    }),
    movie: t.field({
      type: MovieRef,
      nullable: true,
      description: "The movie that the user rated, or that has the similar poster.",
      resolve: (reason, _args, { loaders }) =>
        reason.kind === "TasteReason" ? null : loaders.movieById.load(reason.movieId),
    }),
  }),
});

builder.objectType(RatingReasonRef, {
  description: "One of the user's ratings and its effect on the prediction.",
  interfaces: [ReasonRef],
  fields: (t) => ({
    rating: t.exposeFloat("stars", { description: "Stars that the user gave the movie." }),
    contribution: t.exposeFloat("contribution", {
      description: "Exact change in stars that this rating makes to the prediction, before clamping.",
    }),
  }),
});

builder.objectType(PosterReasonRef, {
  description: "The most similar of the posters that re-ranked the list.",
  interfaces: [ReasonRef],
  fields: (t) => ({
    similarity: t.exposeFloat("similarity", {
      description: "Cosine similarity of the two posters' embeddings, −1 to 1.",
    }),
    palette: t.stringList({
      description: "Names of the colours that both posters share, largest share first: `dark blue`, `cream`.",
      resolve: (reason, _args, context) => sharedPalette(context, reason),
    }),
  }),
});

builder.objectType(TasteReasonRef, {
  description: "The fallback for the posters of a user who rated fewer than three movies.",
  interfaces: [ReasonRef],
  fields: (t) => ({
    basis: t.field({
      type: TasteBasis,
      description: "Ratings that the fallback is based on.",
      resolve: ({ fallback }) => fallback.basis,
    }),
    ratedMovies: t.int({
      description: "Number of movies that the user has rated: 0, 1 or 2.",
      resolve: ({ fallback }) => fallback.ratedMovies,
    }),
  }),
});
