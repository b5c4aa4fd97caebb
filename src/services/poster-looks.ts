/** Previews of posters, computed once each: colour names and a blurhash. */
import pLimit from "p-limit";
import { postersByMovieIds } from "../db/posters.js";
import { AppError } from "../errors.js";
import { checkSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { createPosterPreview, type PosterPreview } from "../posters/images/preview.js";
import { readPoster } from "../posters/images/store.js";
import type { PosterContent } from "./encoders-in-use.js";
import type { Services } from "./services.js";

export type { NamedColour } from "../posters/images/palette.js";
export type { PosterPreview } from "../posters/images/preview.js";

/** A few words each: so many are kept, the oldest go first. */
const mostKept = 20_000;
/** As many as libuv has threads. */
const atOnce = 4;
const kept = new Map<string, Promise<PosterPreview | undefined>>();

/** In the order asked; undefined where a movie has no poster, or it cannot be read. */
export function looksOfMovies(services: Services, ids: readonly MovieId[]): Promise<(PosterPreview | undefined)[]> {
  const limit = pLimit(atOnce);
  return Promise.all(
    postersByMovieIds(services.db, ids).map((poster) =>
      limit(() => {
        checkSignal();
        return poster && lookAt(services.folders.posters, poster);
      }),
    ),
  );
}

function lookAt(folder: string, { sha256, format }: PosterContent): Promise<PosterPreview | undefined> {
  const found = kept.get(sha256);
  if (found !== undefined) return found;
  const look = readPoster(folder, sha256, format)
    .then(createPosterPreview)
    .catch((error: unknown) => {
      kept.delete(sha256);
      if (error instanceof AppError) return undefined;
      throw error;
    });
  kept.set(sha256, look);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
  return look;
}
