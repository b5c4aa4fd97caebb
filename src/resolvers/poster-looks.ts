/** What posters look like at a glance, each worked out once: their colours in words, and a blur of them. */
import { postersByMovieIds } from "../db/posters.js";
import { AppError } from "../errors.js";
import type { MovieId } from "../ids.js";
import { lookOf, type PosterLook } from "../posters/look.js";
import { readPoster } from "../posters/store.js";
import type { Services } from "./services.js";

export type { PosterLook } from "../posters/look.js";
export type { NamedColour } from "../posters/palette.js";

/** A few words each: so many are kept, the oldest go first. */
const mostKept = 20_000;
const kept = new Map<string, Promise<PosterLook | undefined>>();

/** In the order asked; undefined where a movie has no poster, or it cannot be read. */
export function looksOfMovies(services: Services, ids: readonly MovieId[]): Promise<(PosterLook | undefined)[]> {
  return Promise.all(
    postersByMovieIds(services.db, ids).map((poster) => {
      if (poster === undefined) return undefined;
      let look = kept.get(poster.sha256);
      if (look === undefined) {
        look = readPoster(services.folders.posters, poster.sha256, poster.format)
          .then(lookOf)
          .catch((error: unknown) => {
            kept.delete(poster.sha256);
            if (error instanceof AppError) return undefined;
            throw error;
          });
        kept.set(poster.sha256, look);
        if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
      }
      return look;
    }),
  );
}
