/** Previews of posters, computed once each: colour names and a blurhash. */
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { AppError } from "../errors.js";
import { checkSignal } from "../event-loop.js";
import { readPoster } from "../posters/images/poster-files.js";
import { createPosterPreview, type PosterPreview } from "../posters/images/preview.js";
import type { PosterContent } from "./encoders-in-use.js";
import type { Services } from "./services.js";

export type { NamedColour } from "../posters/images/palette.js";

/** A few words each. */
const maxKept = 20_000;
/** As many as libuv has threads. */
const maxConcurrent = 4;
const kept = new LRUCache<string, Promise<PosterPreview | undefined>>({ max: maxKept });

/** In the order of the posters; undefined where there is none, or it cannot be read. */
export async function getPosterPreviews(
  services: Pick<Services, "folders">,
  posters: readonly (PosterContent | undefined)[],
): Promise<(PosterPreview | undefined)[]> {
  const limit = pLimit(maxConcurrent);
  return Promise.all(
    posters.map((poster) =>
      limit(() => {
        checkSignal();
        return poster && getPreview(services.folders.posters, poster);
      }),
    ),
  );
}

function getPreview(folder: string, { sha256, format }: PosterContent): Promise<PosterPreview | undefined> {
  const found = kept.get(sha256);
  if (found !== undefined) return found;
  const preview = readPoster(folder, sha256, format)
    .then(createPosterPreview)
    .catch((error: unknown) => {
      kept.delete(sha256);
      if (error instanceof AppError) return undefined;
      throw error;
    });
  kept.set(sha256, preview);
  return preview;
}
