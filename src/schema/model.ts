import { servedModel } from "../resolvers/served-model.js";
import { builder } from "./builder.js";
import { Model, ModelMetrics } from "./refs.js";

Model.implement({
  description: "A trained model that predicts ratings.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, as `marquee models list` shows it." }),
    kind: t.exposeString("kind", { description: "Which kind of model: `baseline`." }),
    origin: t.exposeString("origin", { description: "`trained` here, or `imported` from weights trained elsewhere." }),
    createdAt: t.exposeString("createdAt", { description: "When, as ISO 8601 in UTC." }),
    dataset: t.string({
      description: "The data set that its users and movies are of.",
      resolve: ({ dataset }) => dataset.name,
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
