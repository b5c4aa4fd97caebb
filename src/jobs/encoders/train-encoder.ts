/** Makes a new encoder: embeds all posters with an encoder, trains a head on it, and switches to the result on request. */
import { AppError } from "../../errors.js";
import type { HeadEncoderManifest } from "../../posters/encoders/encoder-manifest.js";
import type { Services } from "../../services/services.js";
import { embedPosters } from "../embed-posters.js";
import { type Progress, silent } from "../progress.js";
import { switchEncoder } from "./switch-encoder.js";
import { trainHead } from "./train-head.js";

export interface TrainEncoderOptions {
  /** The encoder to train on; by default the one in use, or the base of that one. */
  base?: string;
  /** By default `<base>-taste`. */
  name?: string;
  /** Parts that the movies are held out in, to measure it; 0 measures nothing. */
  folds: number;
  seed: number;
  /** Switch to it, too. */
  use?: boolean;
  signal?: AbortSignal;
}

/** @throws {AppError} ENCODER_NOT_FOUND; INTERRUPTED; as `trainHead` and `switchEncoder` */
export async function trainEncoder(
  services: Services,
  { base: baseName, name, folds, seed, use = false, signal }: TrainEncoderOptions,
  progress: Progress = silent,
): Promise<HeadEncoderManifest> {
  const { encoders } = services;
  const used = (await encoders.inUse()).manifest;
  const base = await encoders.named(baseName ?? (used.kind === "head" ? used.base.name : used.name));
  let manifest: HeadEncoderManifest;
  try {
    await embedPosters(services, { encoder: base, signal }, progress);
    signal?.throwIfAborted();
    const options = { base, name: name ?? `${base.manifest.name}-taste`, folds, seed, signal };
    manifest = await trainHead(services, options, progress);
  } catch (error) {
    if (signal?.aborted) throw new AppError("INTERRUPTED", "interrupted: no encoder was changed");
    throw error;
  }
  if (use) await switchEncoder(services, { encoder: manifest.name, signal }, progress);
  return manifest;
}
