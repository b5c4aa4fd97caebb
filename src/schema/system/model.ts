/** The Model type with its metrics and its loss curve, and the queries for the active model and for all. */
import {
  findModel,
  getRankerName,
  isActive,
  type LossCurve as LossCurveOf,
  type LossPoint as LossPointOf,
  listComparableModels,
  type lossUnits,
  readLosses,
} from "../../resolvers/system/model-fields.js";
import { builder } from "../builder/builder.js";
import { ModelMetricsRef, ModelRef, RatingHistogramRef } from "../builder/refs.js";

const LossUnit = builder.enumType("LossUnit", {
  description: "Part of a training after which its error is known.",
  values: {
    EPOCH: { value: "epoch", description: "One pass over all ratings trained on; of `baseline`." },
    SWEEP: { value: "sweep", description: "One sample of all factors, counted over all chains; of `bayes`." },
    ITERATION: { value: "iteration", description: "One solution for all users and all movies; of `mf`." },
  } satisfies Record<Uppercase<(typeof lossUnits)[number]>, object>,
});

const LossPoint = builder.objectRef<LossPointOf>("LossPoint").implement({
  description: "The errors after a number of steps.",
  fields: (t) => ({
    step: t.exposeInt("step", { description: "Number of steps done." }),
    trainRmse: t.exposeFloat("trainRmse", {
      nullable: true,
      description:
        "Root mean squared error on the ratings trained on, in stars; null for `bayes`, which does not compute it.",
    }),
    validationRmse: t.exposeFloat("validationRmse", {
      nullable: true,
      description:
        "Root mean squared error on the ratings held out, in stars, for `bayes` of all samples so far averaged; null if none were held out.",
    }),
  }),
});

const LossCurve = builder.objectRef<LossCurveOf>("LossCurve").implement({
  description: "The errors of a model while it was trained.",
  fields: (t) => ({
    unit: t.field({ type: LossUnit, description: "Unit of the steps.", resolve: ({ unit }) => unit }),
    points: t.field({ type: [LossPoint], description: "Errors, by step.", resolve: ({ points }) => points }),
  }),
});

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
    isActive: t.boolean({
      description: "Whether it is the one that serves.",
      resolve: (model, _args, context) => isActive(context, model),
    }),
    lossCurve: t.field({
      type: LossCurve,
      nullable: true,
      complexity: 50,
      description: "Errors during its training; null for imported weights and if none were recorded.",
      resolve: (model, _args, context) => readLosses(context, model),
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
    description: "The active model, or that of the name; null if the loaded data set has none.",
    args: { name: t.arg.string({ description: "Name, as in `models`; default the active one's." }) },
    resolve: (_root, { name }, context) => findModel(context, name),
  }),
);

builder.queryField("models", (t) =>
  t.field({
    type: [ModelRef],
    description:
      "The models of the loaded data set, the active one first, then the latest. Their metrics can be compared where their protocols are the same. " +
      "Models that cannot be read are left out; `marquee models list` says why.",
    complexity: { field: 50, multiplier: 10 },
    resolve: (_root, _args, context) => listComparableModels(context),
  }),
);
