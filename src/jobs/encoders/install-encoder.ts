/** Installs an encoder made from an ONNX network: a file of one's own, or one that is published. */
import { addEncoder } from "../../posters/encoders/add-encoder.js";
import type { OnnxEncoderManifest } from "../../posters/encoders/encoder-manifest.js";
import { publishedEncoder, pullEncoder } from "../../posters/encoders/pull-encoder.js";
import type { Preprocessing } from "../../posters/images/preprocessing.js";
import type { Services } from "../../services/services.js";
import { type Progress, silent } from "../progress.js";
import { switchEncoder } from "./switch-encoder.js";

export interface InstallEncoderOptions {
  /** An .onnx file. */
  file: string;
  /** By default the file's. */
  name?: string;
  /** The tensor that is the embedding. */
  output?: string;
  /** What differs from ImageNet's. */
  preprocessing?: Partial<Preprocessing>;
  /** Switch to it, too. */
  use?: boolean;
  signal?: AbortSignal;
}

export interface InstallEncoderReport {
  manifest: OnnxEncoderManifest;
  /** False where it was there already. */
  added: boolean;
  /** Posters embedded to switch to it. */
  embedded: number;
  inUse: boolean;
}

/** @throws {AppError} as `addEncoder` and `switchEncoder` */
export async function installEncoder(
  services: Services,
  { file, use = false, signal, ...options }: InstallEncoderOptions,
  progress: Progress = silent,
): Promise<InstallEncoderReport> {
  const { manifest, added } = await addEncoder(services.folders.encoders, file, options);
  const embedded = use ? await switchEncoder(services, { encoder: manifest.name, signal }, progress) : 0;
  return { manifest, added, embedded, inUse: (await services.serving()).activeEncoder === manifest.name };
}

export interface InstallPublishedOptions {
  name: string;
  /** Where it is downloaded from. */
  baseUrl: string;
  signal?: AbortSignal;
}

/** Downloads a published encoder and switches to it. @throws {AppError} as `pullEncoder` and `switchEncoder` */
export async function installPublishedEncoder(
  services: Services,
  { name, baseUrl, signal }: InstallPublishedOptions,
  progress: Progress = silent,
): Promise<InstallEncoderReport> {
  const { manifest, added } = await pullEncoder(services.folders.encoders, name, publishedEncoder(name), {
    baseUrl,
    signal,
    onProgress: (done, total) => progress.update({ stage: `pull ${name}`, done, total, unit: "MB" }),
  });
  const embedded = await switchEncoder(services, { encoder: name, signal }, progress);
  return { manifest, added, embedded, inUse: true };
}
