/** The Poster type, the mutations that set and remove posters, and the subscription to changes. */
import { changedMovie, posterChanges } from "../../resolvers/movies/poster-subscription.js";
import { removePoster, uploadPoster } from "../../resolvers/movies/set-poster.js";
import { getOrigin } from "../../resolvers/request/origin.js";
import type { Movie } from "../../resolvers/request/row-types.js";
import { cardUrl, posterSources, posterUrl, posterWidths } from "../../services/poster-image.js";
import type { NamedColour } from "../../services/poster-previews.js";
import { builder } from "../builder/builder.js";
import { cacheId } from "../builder/cache-id.js";
import { addMutation } from "../builder/mutation.js";
import { MovieRef, PosterRef } from "../builder/refs.js";

const PosterSource = builder.enumType("PosterSource", {
  description: "Origin of a poster.",
  values: {
    folder: { description: "Loaded from the operator's folder." },
    upload: { description: "Uploaded by `setPoster`." },
    tmdb: { description: "Fetched from The Movie Database." },
    drawn: { description: "Drawn by Marquee for its embedded data set." },
  } as const,
});

const PosterFormat = builder.enumType("PosterFormat", {
  description: "Image format.",
  values: {
    jpeg: { description: "JPEG, `image/jpeg`." },
    png: { description: "PNG, `image/png`." },
    webp: { description: "WebP, `image/webp`: smaller than both; supported by every browser." },
    avif: { description: "AVIF, `image/avif`: smallest, slowest to encode; not accepted for uploads." },
  } as const,
});

const PaletteColour = builder.objectRef<NamedColour>("PaletteColour").implement({
  description: "A colour in a poster.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Colour name, such as `dark blue` or `cream`." }),
    hex: t.exposeString("hex", { description: "Mean of the pixels of this colour, such as `#1a2b3c`." }),
    share: t.exposeFloat("share", { description: "Share of the image area, 0 to 1." }),
  }),
});

const widthDescription = `Maximum width in pixels, one of ${posterWidths.join(", ")}; default the poster's own.`;
const absoluteDescription =
  "Whether the address has a scheme and a host: those of `PUBLIC_URL`, else those that the request was sent to.";

builder.objectField(MovieRef, "card", (t) =>
  t.string({
    description:
      "Path on this server of a picture that every movie has: its poster or, without one, a drawn card with its title. It is the same " +
      "for another poster, so that caches have to check it; prefer `poster.url` where there is one.",
    args: {
      width: t.arg.int({ description: widthDescription }),
      format: t.arg({ type: PosterFormat, description: "Image format; default the poster's own, or WebP for a card." }),
      absolute: t.arg.boolean({ defaultValue: false, description: absoluteDescription }),
    },
    resolve: ({ id }, { absolute, ...size }, context) => `${getOrigin(context, absolute)}${cardUrl(id, size)}`,
  }),
);

PosterRef.implement({
  description: "A movie's key art, as stored on this server.",
  fields: (t) => ({
    id: t.id({
      description: "Cache id of the movie's poster; a new poster keeps it. Not accepted by `node`.",
      resolve: ({ movieId }) => cacheId("Poster", movieId),
    }),
    url: t.string({
      description: "Path on this server. It identifies the content, so it may be cached forever.",
      args: {
        width: t.arg.int({ description: widthDescription }),
        format: t.arg({ type: PosterFormat, description: "Image format; default the poster's own." }),
        absolute: t.arg.boolean({ defaultValue: false, description: absoluteDescription }),
      },
      resolve: (poster, { absolute, ...size }, context) => `${getOrigin(context, absolute)}${posterUrl(poster, size)}`,
    }),
    srcset: t.string({
      description:
        "Addresses of all widths that the poster has pixels for, as `srcset` of an image takes them: the browser picks one by " +
        "`sizes` and the screen.",
      args: {
        format: t.arg({ type: PosterFormat, description: "Image format; default the poster's own." }),
        absolute: t.arg.boolean({ defaultValue: false, description: absoluteDescription }),
      },
      resolve: (poster, { absolute, format }, context) =>
        posterSources(poster, { format, origin: getOrigin(context, absolute) }),
    }),
    width: t.exposeInt("width", { description: "Width in pixels." }),
    height: t.exposeInt("height", { description: "Height in pixels." }),
    palette: t.field({
      type: [PaletteColour],
      description: "Dominant colours, largest share first.",
      complexity: 5,
      resolve: async ({ movieId }, _args, { loaders }) => (await loaders.previewByMovieId.load(movieId))?.palette ?? [],
    }),
    blurhash: t.string({
      nullable: true,
      description:
        "BlurHash placeholder (https://blurha.sh) to show while the poster loads; null if the poster cannot be decoded.",
      complexity: 5,
      resolve: async ({ movieId }, _args, { loaders }) =>
        (await loaders.previewByMovieId.load(movieId))?.blurhash ?? null,
    }),
    source: t.expose("source", { type: PosterSource, description: "Origin of the poster." }),
  }),
});

interface Payload {
  movie: Movie;
}

const SetPosterInput = builder.inputType("SetPosterInput", {
  description: "A movie and its new poster.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    file: t.field({
      type: "File",
      required: true,
      description: "JPEG, PNG or WebP with a single image, at most 10 MiB and 24 megapixels.",
    }),
  }),
});

const RemovePosterInput = builder.inputType("RemovePosterInput", {
  description: "A movie with a wrong poster.",
  fields: (t) => ({ movieId: t.id({ required: true, description: "Number or global id of the movie." }) }),
});

const SetPosterPayload = builder.objectRef<Payload>("SetPosterPayload").implement({
  description: "The movie with its new poster.",
  fields: (t) => ({ movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const RemovePosterPayload = builder.objectRef<Payload>("RemovePosterPayload").implement({
  description: "The movie without its poster.",
  fields: (t) => ({ movie: t.field({ type: MovieRef, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

addMutation("setPoster", {
  scope: "editor",
  description:
    "Sets a movie's poster to an image, sent as a GraphQL multipart request. No poster provider replaces it.",
  input: SetPosterInput,
  inputDescription: "Movie and image.",
  payload: SetPosterPayload,
  resultDescription: "The movie with its new poster, or the reason for the failure.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND", "POSTER_UNREADABLE"],
  resolve: async (context, { movieId, file }) => ({ movie: await uploadPoster(context, movieId, file) }),
});

addMutation("removePoster", {
  scope: "editor",
  description: "Removes a movie's poster. If a poster provider is configured, it is fetched again when needed.",
  input: RemovePosterInput,
  inputDescription: "The movie.",
  payload: RemovePosterPayload,
  resultDescription: "The movie without its poster, or the reason for the failure.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND", "POSTER_NOT_FOUND"],
  resolve: async (context, { movieId }) => ({ movie: await removePoster(context, movieId) }),
});

builder.subscriptionField("posterUpdated", (t) =>
  t.field({
    type: MovieRef,
    description: "The movie, whenever this server adds, replaces or removes its poster. Sent as server-sent events.",
    args: { movieId: t.arg.id({ description: "Number or global id of a movie; default all movies." }) },
    subscribe: (_root, { movieId }, context) => posterChanges(context, movieId),
    resolve: (movieId, _args, context) => changedMovie(context, movieId),
  }),
);
