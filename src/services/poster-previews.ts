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
    const contents = new Map(posters.flatMap((poster) => (poster === undefined ? [] : [[poster.sha256, poster]])));
    const unread = [...contents.keys()].filter((sha256) => !kept.has(sha256));
    const found = unread.length === 0 ? undefined : await store.byContent(previewVersion, unread);
    const missing = unread.filter((sha256) => !found?.has(sha256));
    const made = await makeAll(missing.map((sha256) => contents.get(sha256) as PosterContent));
    for (const previews of [found, made]) for (const [sha256, preview] of previews ?? []) kept.set(sha256, preview);
    return posters.map((poster) => poster && (kept.get(poster.sha256) ?? made.get(poster.sha256)));
  };

  /** What is made is stored, even where the client has gone meanwhile. */
  async function makeAll(posters: readonly PosterContent[]): Promise<Map<string, PosterPreview>> {
    const made = new Map<string, PosterPreview>();
    if (posters.length === 0) return made;
    try {
      await Promise.all(posters.map((poster) => limit(() => make(poster, made))));
    } finally {
      if (made.size > 0) await saveIfFree((maxWaitMs) => store.save(previewVersion, made, maxWaitMs));
    }
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
