import { shownScore, similarityOf } from "../resolvers/recommended.js";
import { builder } from "./builder.js";
import { Movie, Recommendation } from "./refs.js";

const PredictionBasis = builder.enumType("PredictionBasis", {
  description: "What a prediction rests on.",
  values: {
    MODEL: { description: "The model was trained on ratings of this user and of this movie." },
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
  }),
});
