/** The loaded data set and the active encoder. */
import {
  type Dataset as DatasetOf,
  datasetCounts,
  type EncoderManifest,
  encoderInUse,
  loadedDataset,
} from "../../resolvers/system/catalogue-facts.js";
import { builder } from "../builder/builder.js";
import { isoOf } from "../builder/time.js";

const Dataset = builder.objectRef<DatasetOf>("Dataset").implement({
  description: "The data set that is loaded.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, such as `ml-1m`." }),
    kind: t.exposeString("kind", { description: "Its layout: `1m`, `100k`, `csv`, or `embedded`." }),
    synthetic: t.exposeBoolean("synthetic", { description: "Whether its users and ratings are made up." }),
    importedAt: t.string({ description: "When, as ISO 8601 in UTC.", resolve: ({ importedAt }) => isoOf(importedAt) }),
    userCount: t.int({
      description: "How many users there are, those added here too.",
      resolve: (_dataset, _args, context) => datasetCounts.users(context),
    }),
    movieCount: t.int({
      description: "How many movies there are.",
      resolve: (_dataset, _args, context) => datasetCounts.movies(context),
    }),
    ratingCount: t.int({
      description:
        "How many ratings there are, those that the viewer may not read counted ten at a time for each movie.",
      resolve: async (_dataset, _args, context) => (await datasetCounts.ratings(context)).count,
    }),
    meanRating: t.float({
      nullable: true,
      description: "Mean of all ratings in stars; null without any.",
      resolve: async (_dataset, _args, context) => (await datasetCounts.ratings(context)).mean,
    }),
    linkedMovieCount: t.int({
      description: "How many movies have an IMDb id.",
      resolve: (_dataset, _args, context) => datasetCounts.linkedMovies(context),
    }),
    posterCount: t.int({
      description: "How many movies have a poster.",
      resolve: (_dataset, _args, context) => datasetCounts.posters(context),
    }),
  }),
});

builder.queryField("dataset", (t) =>
  t.field({
    type: Dataset,
    nullable: true,
    description: "The data set that is loaded; null where none is.",
    resolve: (_root, _args, context) => loadedDataset(context),
  }),
);

const Encoder = builder.objectRef<EncoderManifest>("Encoder").implement({
  description: "What turns posters into the vectors that are compared.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, as `marquee encoders list` shows it." }),
    kind: t.exposeString("kind", {
      description: "`builtin`, `onnx` (an image network) or `head` (trained here on top of another).",
    }),
    dimension: t.exposeInt("dimension", { description: "Components of a vector." }),
  }),
});

builder.queryField("encoder", (t) =>
  t.field({
    type: Encoder,
    description: "The encoder that posters are compared with.",
    resolve: (_root, _args, context) => encoderInUse(context),
  }),
);
