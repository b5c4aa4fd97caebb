/**
 * Serves posters in a few widths and formats, each created once and cached beside the store, under
 * `<folder>/resized/<first two of the SHA-256>/<SHA-256>-w185.webp`.
 */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { storageError } from "../errors.js";
import { sha256Hex } from "../sha256.js";
import type { PosterFacts } from "./artwork/draw-poster.js";
import type { PosterFormat } from "./images/open-image.js";
import { posterPath, readPoster, writeWhole } from "./images/poster-files.js";
import { resizePoster, type ShownFormat, withoutMetadata } from "./images/resize-poster.js";

/** Available widths in pixels: TMDB's, which front ends know. */
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
  /** The picture of a map of posters, a WebP; undefined where it is not there. @param name 32 hex digits */
  atlas(name: string): Promise<Buffer | undefined>;
  hasAtlas(name: string): Promise<boolean>;
  saveAtlas(name: string, webp: Uint8Array): Promise<void>;
}

/** Default width of a drawn card. */
const cardWidth = 342;

/** Limit of concurrent drawings and resizings: queries need the processor too. */
const maxConcurrent = 2;

/** Limit of the cache of hashes of posters without metadata: some 200 bytes each. */
const maxCleanPosters = 20_000;

export function createRenditions(folder: string): Renditions {
  const limit = pLimit(maxConcurrent);
  // Opening a page often requests one picture several times at once.
  const inFlight = new Map<string, Promise<Buffer>>();
  // Posters without metadata. A file never changes, so checking it once is enough.
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
    // A rendition that cannot be saved is served all the same, and created again the next time.
    await writeWhole(path, bytes).catch((error: unknown) => {
      if (storageError(error) === undefined) throw error;
    });
    return bytes;
  }

  /** A poster's own bytes, or a copy without metadata where they have any. */
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
      // Validates the hash, which comes from the request.
      posterPath(folder, poster.sha256, poster.format);
      if (width === undefined && format === poster.format) return asItIs(poster);
      const path = resizedPath(folder, poster.sha256, { width, format });
      return once(path, async () =>
        resizePoster(await readPoster(folder, poster.sha256, poster.format), width, format),
      );
    },
    atlas: (name) => readFile(atlasPath(folder, name)).catch(() => undefined),
    hasAtlas: (name) =>
      access(atlasPath(folder, name)).then(
        () => true,
        () => false,
      ),
    saveAtlas: (name, webp) => writeWhole(atlasPath(folder, name), webp),
    ofCard(facts, { width = cardWidth as PosterWidth, format }) {
      const name = cardName(facts);
      return once(resizedPath(folder, name, { width, format }), async () => {
        // Loaded on demand: fonts and drawings are slow to load and rarely needed.
        const { renderPoster } = await import("./artwork/draw-poster.js");
        return renderPoster(facts, width, format);
      });
    },
  };
}

/** A hash of the content of a card: it changes with the facts and with the version of the drawing. */
export function cardName({ title, year, genres }: PosterFacts): string {
  return sha256Hex(JSON.stringify(["card", 1, title, year, genres]));
}

function atlasPath(folder: string, name: string): string {
  return join(folder, "resized", `map-${name}.webp`);
}

function resizedPath(folder: string, name: string, { width, format }: Rendition): string {
  const size = width === undefined ? "full" : `w${width}`;
  return join(folder, "resized", name.slice(0, 2), `${name}-${size}.${format}`);
}
