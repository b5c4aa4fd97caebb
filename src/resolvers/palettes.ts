/** The colours of movies' posters in words, each worked out once. */
import { postersByMovieIds } from "../db/posters.js";
import { AppError } from "../errors.js";
import type { MovieId } from "../ids.js";
import { type NamedColour, paletteOf } from "../posters/palette.js";
import { readPoster } from "../posters/store.js";
import type { Services } from "./services.js";

export type { NamedColour } from "../posters/palette.js";

/** A few words each: so many are kept, the oldest go first. */
const mostKept = 20_000;
const kept = new Map<string, Promise<readonly NamedColour[]>>();

/** In the order asked; none where a movie has no poster, or it cannot be read. */
export function palettesOfMovies(services: Services, ids: readonly MovieId[]): Promise<(readonly NamedColour[])[]> {
  return Promise.all(
    postersByMovieIds(services.db, ids).map((poster) => {
      if (poster === undefined) return [];
      let palette = kept.get(poster.sha256);
      if (palette === undefined) {
        palette = readPoster(services.folders.posters, poster.sha256, poster.format)
          .then(paletteOf)
          .catch((error: unknown) => {
            kept.delete(poster.sha256);
            if (error instanceof AppError) return [];
            throw error;
          });
        kept.set(poster.sha256, palette);
        if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
      }
      return palette;
    }),
  );
}
