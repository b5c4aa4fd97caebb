/** The Model type with its metrics, and the query for the active model. */
import { getRankerName, servedModel } from "../../resolvers/system/served-model.js";
import { builder } from "../builder/builder.js";
import { ModelMetricsRef, ModelRef, RatingHistogramRef } from "../builder/refs.js";

ModelRef.implement({
  description: "A trained model that predicts ratings.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, as in `marquee models list`." }),
    kind: t.exposeString("kind", { description: "Kind of model: `bayes`, `mf` or `baseline`." }),
    origin: t.exposeString("origin", {
      description: "Origin: `trained` here, or `imported` from weights trained elsewhere.",
    }),
    createdAt: t.exposeString("createdAt", { description: "Time of creation, ISO 8601 in UTC." }),
    ranker: t.string({
      nullable: true,
      description: "Ranker for `rankBy: PREFERENCE`: `ials+ease` or `ials`; null if there is none.",
      resolve: (model) => getRankerName(model),
    }),
    dataset: t.string({
      description: "Name of the data set with its users and movies.",
      resolve: ({ dataset }) => dataset.name,
    }),
    trainedAt: t.string({
      nullable: true,
      description: "Time of training, ISO 8601 in UTC; null for imported weights.",
      resolve: ({ origin, createdAt }) => (origin === "trained" ? createdAt : null),
    }),
    confusionMatrix: t.field({
      type: t.listRef(["Float"]),
      nullable: true,
      description: "Confusion matrix from `metrics`.",
      resolve: ({ metrics }) => metrics?.confusionMatrix ?? null,
    }),
    ratingHistogram: t.field({
      type: RatingHistogramRef,
      nullable: true,
      description: "Rating histogram from `metrics`.",
      resolve: ({ metrics }) => metrics?.ratingHistogram ?? null,
    }),
    metrics: t.field({
      type: ModelMetricsRef,
      nullable: true,
      description: "Accuracy on ratings held out from training; null for imported weights.",
      resolve: ({ metrics }) => metrics ?? null,
    }),
  }),
});

ModelMetricsRef.implement({
  description: "Prediction errors on ratings held out from training.",
  fields: (t) => ({
    protocol: t.exposeString("protocol", { description: "Selection of the held-out ratings." }),
    count: t.exposeInt("count", { description: "Number of held-out ratings." }),
    rmse: t.exposeFloat("rmse", { description: "Root mean squared error, in stars." }),
    mae: t.exposeFloat("mae", { description: "Mean absolute error, in stars." }),
    confusionMatrix: t.field({
      type: t.listRef(["Float"]),
      description: "Confusion matrix: row = true stars 1 to 5, column = predicted stars 1 to 5; each row sums to 1.",
      resolve: ({ confusionMatrix }) => confusionMatrix,
    }),
    ratingHistogram: t.field({
      type: RatingHistogramRef,
      nullable: true,
      description: "Numbers of given and predicted ratings for each number of stars.",
      resolve: ({ ratingHistogram }) => ratingHistogram ?? null,
    }),
  }),
});

RatingHistogramRef.implement({
  description: "Ten counts each, for 0.5, 1, … 5 stars.",
  fields: (t) => ({
    given: t.exposeIntList("given", { description: "Counts of given ratings." }),
    predicted: t.exposeIntList("predicted", {
      description: "Counts of predictions, rounded to the nearest half star.",
    }),
  }),
});

builder.queryField("model", (t) =>
  t.field({
    type: ModelRef,
    nullable: true,
    description: "The active model; null if none was trained or imported yet.",
    resolve: (_root, _args, context) => servedModel(context),
  }),
);
