/** The active encoder, and poster embeddings: read from the database, or computed now and stored. */

import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { AppError } from "../errors.js";
import { checkSignal } from "../event-loop.js";
import type { EncoderKey } from "../model-inputs.js";
import { createEmbedder, type Embedder, maxBatch } from "../posters/encoders/embedder.js";
import {
  builtinEncoder,
  type EncoderManifest,
  encoderWrittenAt,
  loadEncoder,
  preprocessingVersion,
} from "../posters/encoders/encoder-store.js";
import { readPoster } from "../posters/images/poster-files.js";
import type { EmbeddingStore } from "../store/embeddings.js";
import type { Poster } from "../store/posters.js";
import type { ServingState } from "../store/settings.js";

// A query does not wait for an import only to keep what can be computed again.
const shortWaitMs = 200;
/** Memory for embeddings: those of 10,000 posters under a network of 1,280 components. */
const maxKeptBytes = 50 * 2 ** 20;
/** Of one call: while the network runs on one batch, the next is read and decoded. */
const concurrentBatches = 2;

export interface EncoderInUse {
  manifest: EncoderManifest;
  key: EncoderKey;
  embedder: Embedder;
}

/** A poster's content: all that an embedding depends on. */
export type PosterContent = Pick<Poster, "sha256" | "format">;

export interface EmbedOptions {
  /** Called for each poster that cannot be embedded, which is then missing from the map. */
  onFailure?(poster: PosterContent, error: AppError): void;
  /** By default the one in use. */
  encoder?: EncoderInUse;
  /** Fail where they cannot be kept. Else, while another process writes, they serve this once and are computed again later. */
  mustKeep?: boolean;
}

export interface Encoders {
  /** The active encoder, by default the built-in one. @throws {AppError} ENCODER_NOT_FOUND, ENCODER_INVALID */
  inUse(): Promise<EncoderInUse>;
  /** An encoder by name, by default the built-in one. @throws {AppError} ENCODER_NOT_FOUND, ENCODER_INVALID */
  named(name: string | undefined): Promise<EncoderInUse>;
  /**
   * Embeddings by content; those that are missing are computed and kept.
   * @throws {AppError} DATABASE_BUSY with `mustKeep`
   */
  embeddings(posters: readonly PosterContent[], options?: EmbedOptions): Promise<Map<string, Float32Array>>;
  close(): Promise<void>;
}

/**
 * @param serving reads what serves
 * @param cache whether embeddings are kept in memory
 */
export function createEncoders(
  store: { embeddings: EmbeddingStore },
  folders: { encoders: string; posters: string },
  serving: () => Promise<ServingState>,
  cache = true,
): Encoders {
  // By content: they never become stale. Those of the encoder that was used last.
  let keptName = "";
  const vectorsByContent = new LRUCache<string, Float32Array>({
    maxSize: maxKeptBytes,
    sizeCalculation: (vector) => vector.byteLength,
  });
  const open = new Map<string, { writtenAt: number; encoder: Promise<EncoderInUse> }>();

  async function inUse(): Promise<EncoderInUse> {
    return named((await serving()).activeEncoder);
  }

  async function named(name = builtinEncoder.name): Promise<EncoderInUse> {
    const writtenAt = encoderWrittenAt(folders.encoders, name);
    const before = open.get(name);
    // While it is being replaced there is none: the one that is open serves on.
    if (before !== undefined && (before.writtenAt === writtenAt || writtenAt === 0)) return before.encoder;
    // Trained again under its name: what is under way with the old one is finished first.
    void before?.encoder.then(({ embedder }) => embedder.finish()).catch(() => {});
    const opened = { writtenAt, encoder: openEncoder(name) };
    open.set(name, opened);
    opened.encoder.catch(() => {
      if (open.get(name) === opened) open.delete(name);
    });
    return opened.encoder;
  }

  async function openEncoder(name: string): Promise<EncoderInUse> {
    const { manifest } = await loadEncoder(folders.encoders, name);
    const key = { encoderId: manifest.id, preprocessing: preprocessingVersion(manifest.preprocessing) };
    return { manifest, key, embedder: createEmbedder({ encodersFolder: folders.encoders, manifest }) };
  }

  function getKept({ encoderId, preprocessing }: EncoderKey): LRUCache<string, Float32Array> {
    const name = `${encoderId} ${preprocessing}`;
    if (!cache || name !== keptName) vectorsByContent.clear();
    keptName = name;
    return vectorsByContent;
  }

  async function embeddings(
    posters: readonly PosterContent[],
    { onFailure, encoder, mustKeep = false }: EmbedOptions = {},
  ): Promise<Map<string, Float32Array>> {
    const { key, embedder } = encoder ?? (await inUse());
    const kept = getKept(key);
    const vectors = new Map<string, Float32Array>();
    const unread: string[] = [];
    for (const { sha256 } of posters) {
      const vector = kept.get(sha256);
      if (vector === undefined) unread.push(sha256);
      else vectors.set(sha256, vector);
    }
    if (unread.length > 0) {
      for (const [sha256, vector] of await store.embeddings.byContent(key, unread)) {
        kept.set(sha256, vector);
        vectors.set(sha256, vector);
      }
    }
    if (vectors.size > 0 && posters.every(({ sha256 }) => vectors.has(sha256))) return vectors;
    const missing = [...new Map(posters.map((poster) => [poster.sha256, poster])).values()].filter(
      ({ sha256 }) => !vectors.has(sha256),
    );
    const limit = pLimit(concurrentBatches);
    const batches = Array.from({ length: Math.ceil(missing.length / maxBatch) }, (_, batch) =>
      limit(async () => {
        checkSignal();
        const posters = missing.slice(batch * maxBatch, (batch + 1) * maxBatch);
        for (const [sha256, vector] of await embed(posters, { key, embedder }, { onFailure, mustKeep })) {
          vectors.set(sha256, vector);
        }
      }),
    );
    await Promise.all(batches);
    return vectors;
  }

  /** What is computed is kept, even where the client has gone meanwhile. */
  async function embed(
    posters: readonly PosterContent[],
    { key, embedder }: Pick<EncoderInUse, "key" | "embedder">,
    { onFailure, mustKeep }: EmbedOptions,
  ): Promise<Map<string, Float32Array>> {
    const made = new Map<string, Float32Array>();
    const readable: { poster: PosterContent; bytes: Buffer }[] = [];
    for (const poster of posters) {
      try {
        readable.push({ poster, bytes: await readPoster(folders.posters, poster.sha256, poster.format) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        onFailure?.(poster, error);
      }
    }
    const results = await embedder.embed(readable.map(({ bytes }) => bytes));
    results.forEach((result, i) => {
      const { poster } = readable[i];
      if (result instanceof AppError) onFailure?.(poster, result);
      else made.set(poster.sha256, result);
    });
    if (made.size > 0) {
      if (mustKeep) await store.embeddings.save(key, made);
      else await saveIfFree((maxWaitMs) => store.embeddings.save(key, made, maxWaitMs));
    }
    return made;
  }

  async function close(): Promise<void> {
    for (const { encoder } of open.values()) await (await encoder).embedder.close();
  }

  return { inUse, named, embeddings, close };
}

/** Saves what can be computed again: where another process writes for long, it is not kept. */
export async function saveIfFree(save: (maxWaitMs: number) => Promise<void>): Promise<void> {
  try {
    await save(shortWaitMs);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "DATABASE_BUSY")) throw error;
  }
}
