/** The Dataset and Encoder types, and the queries for the active ones. */
import {
  type Dataset as DatasetOf,
  datasetCounts,
  type EncoderManifest,
  encoderInUse,
  loadedDataset,
} from "../../resolvers/system/catalogue-facts.js";
import { builder } from "../builder/builder.js";
import { toIsoString } from "../builder/time.js";

const Dataset = builder.objectRef<DatasetOf>("Dataset").implement({
  description: "The loaded data set.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, such as `ml-1m`." }),
    kind: t.exposeString("kind", { description: "Layout: `1m`, `100k`, `csv` or `embedded`." }),
    synthetic: t.exposeBoolean("synthetic", { description: "Whether its users and ratings are synthetic." }),
    importedAt: t.string({
      description: "Time of import, ISO 8601 in UTC.",
      resolve: ({ importedAt }) => toIsoString(importedAt),
    }),
    userCount: t.int({
      description: "Number of users, including those added here.",
      resolve: (_dataset, _args, context) => datasetCounts.users(context),
    }),
    movieCount: t.int({
      description: "Number of movies.",
      resolve: (_dataset, _args, context) => datasetCounts.movies(context),
    }),
    ratingCount: t.int({
      description: "Number of ratings; those that the viewer may not read count in tens per movie.",
      resolve: async (_dataset, _args, context) => (await datasetCounts.ratings(context)).count,
    }),
    meanRating: t.float({
      nullable: true,
      description: "Mean of all ratings in stars; null without ratings.",
      resolve: async (_dataset, _args, context) => (await datasetCounts.ratings(context)).mean,
    }),
    linkedMovieCount: t.int({
      description: "Number of movies with an IMDb id.",
      resolve: (_dataset, _args, context) => datasetCounts.linkedMovies(context),
    }),
    posterCount: t.int({
      description: "Number of movies with a poster.",
      resolve: (_dataset, _args, context) => datasetCounts.posters(context),
    }),
  }),
});

builder.queryField("dataset", (t) =>
  t.field({
    type: Dataset,
    nullable: true,
    description: "The loaded data set; null if there is none.",
    resolve: (_root, _args, context) => loadedDataset(context),
  }),
);

const Encoder = builder.objectRef<EncoderManifest>("Encoder").implement({
  description: "An encoder of posters as vectors for comparison.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name, as in `marquee encoders list`." }),
    kind: t.exposeString("kind", {
      description: "Kind: `builtin`, `onnx` (an image network) or `head` (trained here on top of another encoder).",
    }),
    dimension: t.exposeInt("dimension", { description: "Number of components of a vector." }),
  }),
});

builder.queryField("encoder", (t) =>
  t.field({
    type: Encoder,
    description: "The active encoder, used to compare posters.",
    resolve: (_root, _args, context) => encoderInUse(context),
  }),
);
