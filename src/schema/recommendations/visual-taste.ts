/** The VisualTaste type: the clusters of posters that a user prefers. */
import type { TasteCluster } from "../../recommend/cluster-taste.js";
import { typicalPosters } from "../../resolvers/movies/typical-posters.js";
import { checkFirst, maxPage } from "../../resolvers/request/cursors.js";
import { builder } from "../builder/builder.js";
import { MovieRef, VisualTasteRef } from "../builder/refs.js";

export const TasteBasis = builder.enumType("TasteBasis", {
  description: "Ratings that a visual taste is based on.",
  values: {
    RATINGS: { description: "Ratings of the user." },
    DEMOGRAPHICS: { description: "Ratings of users of the same gender and age group." },
    EVERYONE: { description: "Ratings of all users." },
  } as const,
});

const VisualCluster = builder.objectRef<TasteCluster>("VisualCluster").implement({
  description: "A cluster of similar posters in the catalogue.",
  fields: (t) => ({
    share: t.exposeFloat("share", { description: "Share of the user's taste, 0 to 1; all clusters sum to 1." }),
    size: t.exposeInt("size", { description: "Number of posters in the cluster." }),
    posters: t.field({
      type: [MovieRef],
      description: "Movies with the most typical posters of the cluster.",
      args: { first: t.arg.int({ defaultValue: 6, description: "Number of movies, at most 100." }) },
      complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 6) }),
      resolve: (cluster, { first }, context) => typicalPosters(context, cluster, first ?? 6),
    }),
  }),
});

VisualTasteRef.implement({
  description: "A user's taste in posters.",
  fields: (t) => ({
    basis: t.expose("basis", { type: TasteBasis, description: "Ratings that it is mostly based on." }),
    ratedPosters: t.exposeInt("ratedPosters", { description: "Number of rated movies that have a poster." }),
    clusters: t.field({
      type: [VisualCluster],
      description: "Clusters of posters, largest share first.",
      args: { first: t.arg.int({ defaultValue: 5, description: "Number of clusters, at most 100." }) },
      complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 5) }),
      resolve: ({ clusters }, { first }) => clusters.slice(0, checkFirst("first", first ?? 5, maxPage)),
    }),
  }),
});
