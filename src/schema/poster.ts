import { posterUrl } from "../resolvers/movie.js";
import { builder } from "./builder.js";
import { Poster } from "./refs.js";

const PosterSource = builder.enumType("PosterSource", {
  description: "Where a poster came from.",
  values: {
    folder: { description: "Added from a folder by the operator." },
    upload: { description: "Uploaded by `setPoster`." },
    tmdb: { description: "From The Movie Database." },
    drawn: { description: "Drawn by Marquee for its embedded data set." },
  } as const,
});

Poster.implement({
  description: "A movie's key art, as this server keeps it.",
  fields: (t) => ({
    url: t.string({
      description: "Path on this server. It names the content, so it may be cached for ever.",
      resolve: (poster) => posterUrl(poster),
    }),
    width: t.exposeInt("width", { description: "Pixels." }),
    height: t.exposeInt("height", { description: "Pixels." }),
    source: t.expose("source", { type: PosterSource, description: "Where it came from." }),
  }),
});
