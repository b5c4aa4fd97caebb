/** The type Poster, and mutations that set and remove posters. */
import { changedMovie, posterChanges } from "../../resolvers/movies/poster-subscription.js";
import { removePoster, uploadPoster } from "../../resolvers/movies/set-poster.js";
import type { Movie as MovieRow } from "../../resolvers/request/row-types.js";
import { posterUrl, posterWidths } from "../../services/poster-image.js";
import type { NamedColour } from "../../services/poster-previews.js";
import { builder } from "../builder/builder.js";
import { cacheId } from "../builder/cache-id.js";
import { addMutation } from "../builder/mutation.js";
import { Movie, Poster } from "../builder/refs.js";

const PosterSource = builder.enumType("PosterSource", {
  description: "Where a poster came from.",
  values: {
    folder: { description: "From a folder of the operator's." },
    upload: { description: "Uploaded by `setPoster`." },
    tmdb: { description: "From The Movie Database." },
    drawn: { description: "Drawn by Marquee for its embedded data set." },
  } as const,
});

const PosterFormat = builder.enumType("PosterFormat", {
  description: "How a picture is coded.",
  values: {
    jpeg: { description: "JPEG, `image/jpeg`." },
    png: { description: "PNG, `image/png`." },
    webp: { description: "WebP, `image/webp`: smaller than both, and every browser shows it." },
    avif: { description: "AVIF, `image/avif`: the smallest, and the slowest to make; uploads cannot be AVIF." },
  } as const,
});

const PaletteColour = builder.objectRef<NamedColour>("PaletteColour").implement({
  description: "A colour of a poster.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "In words, such as `dark blue` or `cream`." }),
    share: t.exposeFloat("share", { description: "Share of the picture that it covers, in 0..1." }),
  }),
});

Poster.implement({
  description: "A movie's key art, as this server keeps it.",
  fields: (t) => ({
    id: t.id({
      description: "Names the movie's poster, for caches: a new one takes its place. `node` does not take it.",
      resolve: ({ movieId }) => cacheId("Poster", movieId),
    }),
    url: t.string({
      description: "Path on this server. It names the content, so it may be cached for ever.",
      args: {
        width: t.arg.int({
          description: `At most so many pixels wide, one of ${posterWidths.join(", ")}; by default as it is.`,
        }),
        format: t.arg({ type: PosterFormat, description: "By default the poster's own." }),
      },
      resolve: (poster, size) => posterUrl(poster, size),
    }),
    width: t.exposeInt("width", { description: "Pixels." }),
    height: t.exposeInt("height", { description: "Pixels." }),
    palette: t.field({
      type: [PaletteColour],
      description: "The colours that cover most of it, most first.",
      complexity: 5,
      resolve: async ({ movieId }, _args, { loaders }) => (await loaders.previewByMovieId.load(movieId))?.palette ?? [],
    }),
    blurhash: t.string({
      nullable: true,
      description:
        "A blur to paint while the poster loads, as https://blurha.sh decodes it; null where it cannot be read.",
      complexity: 5,
      resolve: async ({ movieId }, _args, { loaders }) =>
        (await loaders.previewByMovieId.load(movieId))?.blurhash ?? null,
    }),
    source: t.expose("source", { type: PosterSource, description: "Where it came from." }),
  }),
});

interface Payload {
  movie: MovieRow;
}

const SetPosterInput = builder.inputType("SetPosterInput", {
  description: "Which picture a movie's poster is.",
  fields: (t) => ({
    movieId: t.id({ required: true, description: "Number or global id of the movie." }),
    file: t.field({
      type: "File",
      required: true,
      description: "JPEG, PNG or WebP, one picture, at most 10 MiB and 24 megapixels.",
    }),
  }),
});

const RemovePosterInput = builder.inputType("RemovePosterInput", {
  description: "A movie whose poster is wrong.",
  fields: (t) => ({ movieId: t.id({ required: true, description: "Number or global id of the movie." }) }),
});

const SetPosterPayload = builder.objectRef<Payload>("SetPosterPayload").implement({
  description: "The movie with its poster.",
  fields: (t) => ({ movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

const RemovePosterPayload = builder.objectRef<Payload>("RemovePosterPayload").implement({
  description: "The movie without its poster.",
  fields: (t) => ({ movie: t.field({ type: Movie, description: "The movie.", resolve: ({ movie }) => movie }) }),
});

addMutation("setPoster", {
  scope: "editor",
  description:
    "Makes a picture a movie's poster, sent as the GraphQL multipart request specification says. No source of posters replaces it.",
  input: SetPosterInput,
  inputDescription: "Movie and picture.",
  payload: SetPosterPayload,
  resultDescription: "The movie with its poster, or why the picture was refused.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND", "POSTER_UNREADABLE"],
  resolve: async (context, { movieId, file }) => ({ movie: await uploadPoster(context, movieId, file) }),
});

addMutation("removePoster", {
  scope: "editor",
  description:
    "Takes a movie's poster away. Where a source of posters is set up, it is fetched from there again when it is needed.",
  input: RemovePosterInput,
  inputDescription: "The movie.",
  payload: RemovePosterPayload,
  resultDescription: "The movie without its poster, or why nothing changed.",
  errors: ["INVALID_ID", "MOVIE_NOT_FOUND", "POSTER_NOT_FOUND"],
  resolve: async (context, { movieId }) => ({ movie: await removePoster(context, movieId) }),
});

builder.subscriptionField("posterUpdated", (t) =>
  t.field({
    type: Movie,
    description:
      "The movie, each time its poster has come, was replaced or was taken away by this server. Sent as server-sent events.",
    args: { movieId: t.arg.id({ description: "Number or global id of a movie; all movies where it is left out." }) },
    subscribe: (_root, { movieId }, context) => posterChanges(context, movieId),
    resolve: (movieId, _args, context) => changedMovie(context, movieId),
  }),
);
