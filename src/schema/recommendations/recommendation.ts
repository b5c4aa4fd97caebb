/** The type Recommendation, its reasons, and `recommendFor`. */
import { defaultFirst } from "../../recommend/pipeline.js";
import { getReasons, reasonText, sharedPalette } from "../../resolvers/recommendations/reasons.js";
import { getSimilarity, shownScore } from "../../resolvers/recommendations/recommendation-fields.js";
import { recommendFor } from "../../resolvers/recommendations/recommendations.js";
import { builder } from "../builder/builder.js";
import { Movie, PosterReason, RatingReason, Reason, Recommendation, TasteReason } from "../builder/refs.js";
import { firstArg, recommendArgs, recommendCost } from "./recommend-args.js";
import { TasteBasis } from "./visual-taste.js";

const PredictionBasis = builder.enumType("PredictionBasis", {
  description: "What a prediction rests on.",
  values: {
    MODEL: { description: "The model knows both the user and the movie from ratings." },
    FALLBACK: { description: "The user or the movie has no ratings that the model knows: means stand in for them." },
  } as const,
});

Recommendation.implement({
  description: "A movie that a user has not rated, and how well it would suit.",
  fields: (t) => ({
    rank: t.exposeInt("rank", { description: "Place in the list, from 1." }),
    movie: t.field({
      type: Movie,
      nullable: true,
      description: "The movie.",
      resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
    }),
    title: t.exposeString("title", { description: "The movie's title." }),
    score: t.float({
      description:
        "Predicted rating in stars, 0.5 to 5. The order is by the prediction before it is cut to this range.",
      resolve: (recommended) => shownScore(recommended),
    }),
    basis: t.expose("basis", { type: PredictionBasis, description: "What the prediction rests on." }),
    similarity: t.float({
      nullable: true,
      description:
        "Cosine, −1 to 1, of the poster's embedding to the mean of the user's three best-rated movies'; null where there " +
        "is no poster. Computed only where asked for, or where `similar: true` needs it.",
      complexity: 5,
      resolve: (recommended, _args, context) => getSimilarity(context, recommended),
    }),
    reasons: t.field({
      type: [Reason],
      description:
        "Where the list was re-ranked by posters, first the poster that the movie's own is closest to, and for a user who " +
        "rated fewer than three movies what stands in for theirs; then which of the user's own ratings raise this " +
        "prediction most, most first, where the model can say. Computed only where asked for.",
      args: { first: t.arg.int({ defaultValue: 3, description: "How many, at most 20." }) },
      complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 3) }),
      resolve: (recommended, { first }, context) => getReasons(context, recommended, first ?? 3),
    }),
  }),
});

const GuestRatingInput = builder.inputType("GuestRatingInput", {
  description: "How many stars a guest gives a movie.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    rating: t.float({ required: true, description: "Stars, 0.5 to 5 in half stars." }),
  }),
});

const DemographicsInput = builder.inputType("DemographicsInput", {
  description: "What is known of a guest.",
  fields: (t) => ({
    gender: t.string({ description: "`M` or `F`." }),
    ageGroup: t.int({ description: "Lower bound of the age group: 1, 18, 25, 35, 45, 50 or 56." }),
    occupation: t.string({ description: "Occupation, in the data set's words." }),
  }),
});

builder.queryField("recommendFor", (t) =>
  t.field({
    type: [Recommendation],
    description:
      "Recommendations for somebody who is in no database, from the ratings that are given; nothing of it is kept. Without " +
      "ratings, what most people like.",
    args: {
      ratings: t.arg({ type: [GuestRatingInput], required: true, description: "Their ratings, at most 500." }),
      demographics: t.arg({ type: DemographicsInput, description: "What is known of them." }),
      ...recommendArgs(t.arg),
      first: firstArg(t.arg),
    },
    complexity: (args) => recommendCost(args, args.first ?? defaultFirst),
    resolve: (_root, args, context) => recommendFor(context, args, args),
  }),
);

Reason.implement({
  description: "Why a movie is recommended.",
  resolveType: ({ kind }) => kind,
  fields: (t) => ({
    text: t.string({
      description:
        "Ready to show: `because you gave Alien 5★`, `its poster looks like that of Alien (0.83): both black and green`.",
      resolve: (reason, _args, context) => reasonText(context, reason),
    }),
    movie: t.field({
      type: Movie,
      nullable: true,
      description: "The movie that the reason is about: that the user rated, or whose poster is alike.",
      resolve: (reason, _args, { loaders }) =>
        reason.kind === "TasteReason" ? null : loaders.movieById.load(reason.movieId),
    }),
  }),
});

builder.objectType(RatingReason, {
  description: "One of the user's ratings, and how much it moves a prediction.",
  interfaces: [Reason],
  fields: (t) => ({
    rating: t.exposeFloat("stars", { description: "Stars that the user gave it." }),
    contribution: t.exposeFloat("contribution", {
      description: "Stars by which this rating moves the prediction: exact, before the prediction is cut to the scale.",
    }),
  }),
});

builder.objectType(PosterReason, {
  description: "The poster, of those that the list was re-ranked by, that the recommended movie's own is closest to.",
  interfaces: [Reason],
  fields: (t) => ({
    similarity: t.exposeFloat("similarity", { description: "Cosine of the two posters' embeddings, −1 to 1." }),
    palette: t.stringList({
      description: "Colours that both posters show, in words, most first: `dark blue`, `cream`.",
      resolve: (reason, _args, context) => sharedPalette(context, reason),
    }),
  }),
});

builder.objectType(TasteReason, {
  description: "What stands in for the posters of a user who rated fewer than three movies.",
  interfaces: [Reason],
  fields: (t) => ({
    basis: t.field({
      type: TasteBasis,
      description: "Whose taste stands in.",
      resolve: ({ fallback }) => fallback.basis,
    }),
    ratedMovies: t.int({
      description: "How many movies the user has rated: none, one or two.",
      resolve: ({ fallback }) => fallback.ratedMovies,
    }),
  }),
});
