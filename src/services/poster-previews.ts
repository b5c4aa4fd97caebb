/** Previews of posters: colour names and a blurhash, made once for each picture and stored. */
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { AppError } from "../errors.js";
import { checkSignal } from "../event-loop.js";
import { readPoster } from "../posters/images/poster-files.js";
import { createPosterPreview, type PosterPreview, previewVersion } from "../posters/images/preview.js";
import type { PreviewStore } from "../store/previews.js";
import { type PosterContent, saveIfFree } from "./encoders-in-use.js";

export type { NamedColour } from "../posters/images/palette.js";

/** A few words each. */
const maxKept = 20_000;
/** As many as libuv has threads. */
const maxConcurrent = 4;

/** In the order of the posters; undefined where there is none, or it cannot be read. */
export type PosterPreviews = (
  posters: readonly (PosterContent | undefined)[],
) => Promise<(PosterPreview | undefined)[]>;

/** @param cache whether previews are kept in memory */
export function createPosterPreviews(store: PreviewStore, folder: string, cache = true): PosterPreviews {
  const kept = new LRUCache<string, PosterPreview>({ max: maxKept });
  const limit = pLimit(maxConcurrent);

  return async (posters) => {
    if (!cache) kept.clear();
    const previews = new Map<string, PosterPreview>();
    const unread = new Map<string, PosterContent>();
    for (const poster of posters) {
      if (poster === undefined) continue;
      const preview = kept.get(poster.sha256);
      if (preview === undefined) unread.set(poster.sha256, poster);
      else previews.set(poster.sha256, preview);
    }
    if (unread.size > 0) {
      const stored = await store.byContent(previewVersion, [...unread.keys()]);
      const made = await makeAll([...unread.values()].filter(({ sha256 }) => !stored.has(sha256)));
      for (const [sha256, preview] of [...stored, ...made]) {
        kept.set(sha256, preview);
        previews.set(sha256, preview);
      }
    }
    return posters.map((poster) => poster && previews.get(poster.sha256));
  };

  /** What is made is stored, even where the client has gone meanwhile. */
  async function makeAll(posters: readonly PosterContent[]): Promise<Map<string, PosterPreview>> {
    const made = new Map<string, PosterPreview>();
    const results = await Promise.allSettled(posters.map((poster) => limit(() => make(poster, made))));
    if (made.size > 0) await saveIfFree((maxWaitMs) => store.save(previewVersion, made, maxWaitMs));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return made;
  }

  async function make({ sha256, format }: PosterContent, made: Map<string, PosterPreview>): Promise<void> {
    checkSignal();
    try {
      made.set(sha256, await createPosterPreview(await readPoster(folder, sha256, format)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
}
