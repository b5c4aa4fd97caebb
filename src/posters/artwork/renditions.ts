/**
 * Posters as front ends show them: a few widths and formats, made once and kept beside the store, under
 * `<folder>/resized/<first two of the SHA-256>/<SHA-256>-w185.webp`.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { storageError } from "../../errors.js";
import { sha256Hex } from "../../sha256.js";
import type { PosterFormat } from "../images/open-image.js";
import { resizePoster, type ShownFormat, withoutMetadata } from "../images/resize-poster.js";
import { posterPath, readPoster, writeWhole } from "../images/store.js";
import type { PosterFacts } from "./draw-poster.js";

/** Widths that may be asked for, in pixels: those of TMDB, which front ends know. */
export const posterWidths = [92, 154, 185, 342, 500, 780] as const;
export type PosterWidth = (typeof posterWidths)[number];
export const shownFormats = ["jpeg", "png", "webp", "avif"] as const satisfies readonly ShownFormat[];

export interface Rendition {
  /** Undefined: as wide as the poster is. */
  width: PosterWidth | undefined;
  format: ShownFormat;
}

export interface Renditions {
  /** @throws {AppError} POSTER_UNREADABLE where the poster's file is gone or damaged */
  ofPoster(poster: { sha256: string; format: PosterFormat }, rendition: Rendition): Promise<Buffer>;
  /** A card with the film's title, for a movie without a poster. */
  ofCard(facts: PosterFacts, rendition: Rendition): Promise<Buffer>;
}

/** What a drawn card is as wide as, where no width is asked for. */
const cardWidth = 342;

/** So many are drawn or resized at once: queries need the processor too. */
const maxConcurrent = 2;

/** Their hashes are kept: some 200 bytes each. */
const maxCleanPosters = 20_000;

export function createRenditions(folder: string): Renditions {
  const limit = pLimit(maxConcurrent);
  // Many ask for one picture at once when a page opens.
  const inFlight = new Map<string, Promise<Buffer>>();
  // Posters found to carry no metadata. A file never changes, so one look is enough.
  const clean = new LRUCache<string, true>({ max: maxCleanPosters });

  function once(path: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const running = inFlight.get(path);
    if (running !== undefined) return running;
    const promise = keptOr(path, make).finally(() => inFlight.delete(path));
    inFlight.set(path, promise);
    return promise;
  }

  async function keptOr(path: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const kept = await readFile(path).catch(() => undefined);
    if (kept !== undefined) return kept;
    const bytes = await limit(make);
    // What cannot be kept can be shown all the same, and is made again the next time.
    await writeWhole(path, bytes).catch((error: unknown) => {
      if (storageError(error) === undefined) throw error;
    });
    return bytes;
  }

  /** A poster's own bytes, or where they carry a camera's metadata, a copy without it. */
  async function asItIs({ sha256, format }: { sha256: string; format: PosterFormat }): Promise<Buffer> {
    if (clean.has(sha256)) return readPoster(folder, sha256, format);
    const path = resizedPath(folder, sha256, { width: undefined, format });
    const kept = await readFile(path).catch(() => undefined);
    if (kept !== undefined) return kept;
    const bytes = await readPoster(folder, sha256, format);
    const bare = await limit(() => withoutMetadata(bytes));
    if (bare !== bytes) return once(path, async () => Buffer.from(bare));
    clean.set(sha256, true);
    return bytes;
  }

  return {
    ofPoster(poster, { width, format }) {
      // Checks the name, which comes from outside.
      posterPath(folder, poster.sha256, poster.format);
      if (width === undefined && format === poster.format) return asItIs(poster);
      const path = resizedPath(folder, poster.sha256, { width, format });
      return once(path, async () =>
        resizePoster(await readPoster(folder, poster.sha256, poster.format), width, format),
      );
    },
    ofCard(facts, { width = cardWidth as PosterWidth, format }) {
      const name = cardName(facts);
      return once(resizedPath(folder, name, { width, format }), async () => {
        // Fonts and drawings are slow to load, and few need them.
        const { renderPoster } = await import("./draw-poster.js");
        return renderPoster(facts, width, format);
      });
    },
  };
}

/** Names the content of a card: another title or drawing, another name. */
export function cardName({ title, year, genres }: PosterFacts): string {
  return sha256Hex(JSON.stringify(["card", 1, title, year, genres]));
}

function resizedPath(folder: string, name: string, { width, format }: Rendition): string {
  const size = width === undefined ? "full" : `w${width}`;
  return join(folder, "resized", name.slice(0, 2), `${name}-${size}.${format}`);
}
