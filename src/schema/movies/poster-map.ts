/** The PosterMap type, and the query for the map of all posters. */
import {
  currentPosterMap,
  getColumns,
  type MapCluster as MapClusterOf,
  type PosterMap as PosterMapOf,
  tile,
} from "../../resolvers/movies/map-fields.js";
import { getOrigin } from "../../resolvers/request/origin.js";
import { atlasUrl } from "../../services/poster-image.js";
import { builder } from "../builder/builder.js";

const MapCluster = builder.objectRef<MapClusterOf>("MapCluster").implement({
  description: "Posters that look alike.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description: "Its main colour and most typical genre, such as `dark blue, Sci-Fi`.",
    }),
    x: t.exposeFloat("x", { description: "Mean position, 0 to 1." }),
    y: t.exposeFloat("y", { description: "Mean position, 0 to 1." }),
    size: t.exposeInt("size", { description: "Number of posters." }),
  }),
});

const PosterMap = builder.objectRef<PosterMapOf>("PosterMap").implement({
  description:
    "All posters laid out in two dimensions, those that look alike near each other (UMAP of their embeddings). `movieIds`, `x`, `y` and `cluster` have an " +
    "entry for each poster, in one order, which is that of the atlas too.",
  fields: (t) => ({
    movieIds: t.intList({ description: "Numbers of the movies.", resolve: ({ movieIds }) => [...movieIds] }),
    x: t.floatList({ description: "Positions, 0 to 1.", resolve: ({ x }) => Array.from(x, round) }),
    y: t.floatList({ description: "Positions, 0 to 1.", resolve: ({ y }) => Array.from(y, round) }),
    cluster: t.intList({ description: "Indices of `clusters`.", resolve: ({ cluster }) => [...cluster] }),
    clusters: t.field({
      type: [MapCluster],
      description: "Clusters of posters.",
      resolve: ({ clusters }) => clusters,
    }),
    atlas: t.string({
      description: "Path on this server of one WebP with all posters as tiles, in rows; it may be cached forever.",
      args: {
        absolute: t.arg.boolean({ defaultValue: false, description: "Whether the address has a scheme and a host." }),
      },
      resolve: ({ name }, { absolute }, context) => `${getOrigin(context, absolute)}${atlasUrl(name)}`,
    }),
    columns: t.int({
      description: "Tiles in a row of the atlas.",
      resolve: ({ movieIds }) => getColumns(movieIds.length),
    }),
    tileWidth: t.int({ description: "Width of a tile in pixels.", resolve: () => tile.width }),
    tileHeight: t.int({ description: "Height of a tile in pixels.", resolve: () => tile.height }),
  }),
});

/** Four digits are finer than a screen. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

builder.queryField("posterMap", (t) =>
  t.field({
    type: PosterMap,
    nullable: true,
    description:
      "The map of all posters for the active encoder; null until `marquee posters map` or the server has made it.",
    complexity: { field: 500, multiplier: 1 },
    resolve: (_root, _args, context) => currentPosterMap(context),
  }),
);
