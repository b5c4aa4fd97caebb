/** Switches to another encoder, embedding every poster first. */
import { AppError } from "../../errors.js";
import type { Services } from "../../services/services.js";
import { embedPosters } from "../embed-posters.js";
import { type Progress, silent } from "../progress.js";

export interface SwitchEncoderOptions {
  encoder: string;
  /** Switch at once, and embed posters as queries need them. */
  lazily?: boolean;
  signal?: AbortSignal;
}

/**
 * Embeds all posters, then puts the encoder in use: queries never wait for posters to be embedded.
 * @returns how many posters were embedded
 * @throws {AppError} ENCODER_NOT_FOUND, ENCODER_INVALID; INTERRUPTED: what was embedded is kept
 */
export async function switchEncoder(
  services: Services,
  { encoder: name, lazily = false, signal }: SwitchEncoderOptions,
  progress: Progress = silent,
): Promise<number> {
  const encoder = await services.encoders.named(name);
  const embedded = lazily ? 0 : (await embedPosters(services, { encoder, signal }, progress)).embedded;
  if (signal?.aborted) {
    throw new AppError("INTERRUPTED", "interrupted: the encoder in use stays; what was embedded is kept");
  }
  await services.store.settings.set("activeEncoder", name);
  return embedded;
}
