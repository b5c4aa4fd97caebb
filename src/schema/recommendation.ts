import { reasonsOf, reasonText } from "../resolvers/reasons.js";
import { shownScore, similarityOf } from "../resolvers/recommended.js";
import { builder } from "./builder.js";
import { Movie, Reason, Recommendation } from "./refs.js";

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
      resolve: (recommended, _args, context) => similarityOf(context, recommended),
    }),
    reasons: t.field({
      type: [Reason],
      description:
        "Which of the user's own ratings raise this prediction most, most first. Empty where the model cannot say, or " +
        "knows too little of the movie. Computed only where asked for.",
      args: { first: t.arg.int({ defaultValue: 3, description: "How many, at most 20." }) },
      complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 3) }),
      resolve: (recommended, { first }, context) => reasonsOf(context, recommended, first ?? 3),
    }),
  }),
});

Reason.implement({
  description: "One of the user's ratings, and how much it moves a prediction.",
  fields: (t) => ({
    movie: t.field({
      type: Movie,
      nullable: true,
      description: "The movie that the user rated.",
      resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
    }),
    rating: t.exposeFloat("stars", { description: "Stars that the user gave it." }),
    contribution: t.exposeFloat("contribution", {
      description: "Stars by which this rating moves the prediction: exact, before the prediction is cut to the scale.",
    }),
    text: t.string({
      description: "Ready to show: `because you gave Alien 5★`.",
      resolve: (reason, _args, context) => reasonText(context, reason),
    }),
  }),
});
