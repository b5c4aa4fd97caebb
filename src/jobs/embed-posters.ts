/** Embeds every poster with the active encoder ahead of the first query that needs it. */
import type { AppError } from "../errors.js";
import type { EncoderInUse, PosterContent } from "../services/encoders-in-use.js";
import type { Services } from "../services/services.js";
import { type Progress, silent } from "./progress.js";

export interface EmbedPostersOptions {
  /** By default the one in use. */
  encoder?: EncoderInUse;
  signal?: AbortSignal;
}

export interface EmbedReport {
  encoder: string;
  embedded: number;
  failed: { sha256: string; reason: string }[];
}

const postersPerBatch = 32;

/** Embeds the posters that have no embedding by the encoder yet; stops between two batches when the signal aborts, and keeps what is done. */
export async function embedPosters(
  { store, encoders }: Services,
  { encoder, signal }: EmbedPostersOptions = {},
  progress: Progress = silent,
): Promise<EmbedReport> {
  const used = encoder ?? (await encoders.inUse());
  const { manifest, key } = used;
  const missing = await store.embeddings.missing(key);
  const failed: EmbedReport["failed"] = [];
  const onFailure = (poster: PosterContent, error: AppError) =>
    failed.push({ sha256: poster.sha256, reason: error.message });
  let done = 0;
  for (let from = 0; from < missing.length && !signal?.aborted; from += postersPerBatch) {
    const batch = missing.slice(from, from + postersPerBatch);
    await encoders.embeddings(batch, { onFailure, mustKeep: true, encoder: used });
    done += batch.length;
    progress.update({ stage: "embed", done, total: missing.length, unit: "posters" });
  }
  return { encoder: manifest.name, embedded: done - failed.length, failed };
}
