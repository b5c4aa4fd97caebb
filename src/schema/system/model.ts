/** The active model. */
import { rankerOf, servedModel } from "../../resolvers/system/served-model.js";
import { builder } from "../builder/builder.js";
import { Model, ModelMetrics, RatingHistogram } from "../builder/refs.js";

Model.implement({
  description: "A trained model that predicts ratings.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, as `marquee models list` shows it." }),
    kind: t.exposeString("kind", { description: "Which kind of model: `bayes`, `mf` or `baseline`." }),
    origin: t.exposeString("origin", { description: "`trained` here, or `imported` from weights trained elsewhere." }),
    createdAt: t.exposeString("createdAt", { description: "When, as ISO 8601 in UTC." }),
    ranker: t.string({
      nullable: true,
      description: "Its ranker for `rankBy: PREFERENCE`: `ials+ease` or `ials`; null where it has none.",
      resolve: (model) => rankerOf(model),
    }),
    dataset: t.string({
      description: "The data set that its users and movies are of.",
      resolve: ({ dataset }) => dataset.name,
    }),
    trainedAt: t.string({
      nullable: true,
      description: "When it was trained, as ISO 8601 in UTC; null for imported weights.",
      resolve: ({ origin, createdAt }) => (origin === "trained" ? createdAt : null),
    }),
    confusionMatrix: t.field({
      type: t.listRef(["Float"]),
      nullable: true,
      description: "That of its `metrics`.",
      resolve: ({ metrics }) => metrics?.confusionMatrix ?? null,
    }),
    ratingHistogram: t.field({
      type: RatingHistogram,
      nullable: true,
      description: "That of its `metrics`.",
      resolve: ({ metrics }) => metrics?.ratingHistogram ?? null,
    }),
    metrics: t.field({
      type: ModelMetrics,
      nullable: true,
      description: "How well it predicted ratings that it was not trained on; null for imported weights.",
      resolve: ({ metrics }) => metrics ?? null,
    }),
  }),
});

ModelMetrics.implement({
  description: "Errors over ratings that were held out from training.",
  fields: (t) => ({
    protocol: t.exposeString("protocol", { description: "Which ratings were held out." }),
    count: t.exposeInt("count", { description: "How many." }),
    rmse: t.exposeFloat("rmse", { description: "Root mean squared error, in stars." }),
    mae: t.exposeFloat("mae", { description: "Mean absolute error, in stars." }),
    confusionMatrix: t.field({
      type: t.listRef(["Float"]),
      description: "Row: true stars 1 to 5; column: predicted stars 1 to 5; each row sums to 1.",
      resolve: ({ confusionMatrix }) => confusionMatrix,
    }),
    ratingHistogram: t.field({
      type: RatingHistogram,
      nullable: true,
      description: "How many ratings of each number of stars were given and predicted.",
      resolve: ({ ratingHistogram }) => ratingHistogram ?? null,
    }),
  }),
});

RatingHistogram.implement({
  description: "Ten counts each: of 0.5, 1, … 5 stars.",
  fields: (t) => ({
    given: t.exposeIntList("given", { description: "Ratings given." }),
    predicted: t.exposeIntList("predicted", { description: "Predictions, to the nearest half star." }),
  }),
});

builder.queryField("model", (t) =>
  t.field({
    type: Model,
    nullable: true,
    description: "The model that serves; null where none was trained or imported yet.",
    resolve: (_root, _args, context) => servedModel(context),
  }),
);
