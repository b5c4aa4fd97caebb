/** The type VisualTaste: which clusters of posters a user prefers. */
import type { TasteCluster } from "../../recommend/poster-taste.js";
import { typicalPosters } from "../../resolvers/movies/typical-posters.js";
import { checkFirst, maxPage } from "../../resolvers/request/cursors.js";
import { builder } from "../builder/builder.js";
import { Movie, VisualTaste } from "../builder/refs.js";

export const TasteBasis = builder.enumType("TasteBasis", {
  description: "Whose ratings a visual taste rests on.",
  values: {
    RATINGS: { description: "The user's own." },
    DEMOGRAPHICS: { description: "Those of people of the user's gender and age group." },
    EVERYONE: { description: "Everybody's." },
  } as const,
});

const VisualCluster = builder.objectRef<TasteCluster>("VisualCluster").implement({
  description: "A kind of posters of the catalogue.",
  fields: (t) => ({
    share: t.exposeFloat("share", { description: "Share of the user's taste, in 0..1; all clusters sum to 1." }),
    size: t.exposeInt("size", { description: "How many posters of the catalogue are of this kind." }),
    posters: t.field({
      type: [Movie],
      description: "Movies whose posters are the most typical of it.",
      args: { first: t.arg.int({ defaultValue: 6, description: "How many, at most 100." }) },
      complexity: ({ first }) => ({ field: 20, multiplier: Math.max(1, first ?? 6) }),
      resolve: (cluster, { first }, context) => typicalPosters(context, cluster, first ?? 6),
    }),
  }),
});

VisualTaste.implement({
  description: "Which kinds of posters a user's movies have.",
  fields: (t) => ({
    basis: t.expose("basis", { type: TasteBasis, description: "Whose ratings it rests on most." }),
    ratedPosters: t.exposeInt("ratedPosters", { description: "Movies with a poster that the user rated." }),
    clusters: t.field({
      type: [VisualCluster],
      description: "Kinds of posters, those of the largest share first.",
      args: { first: t.arg.int({ defaultValue: 5, description: "How many, at most 100." }) },
      complexity: ({ first }) => ({ field: 5, multiplier: Math.max(1, first ?? 5) }),
      resolve: ({ clusters }, { first }) => clusters.slice(0, checkFirst("first", first ?? 5, maxPage)),
    }),
  }),
});
