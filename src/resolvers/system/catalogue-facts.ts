/** Facts about the loaded data set and the active encoder. */
import type { EncoderManifest } from "../../posters/encoders/encoder-manifest.js";
import type { Dataset } from "../../store/settings.js";
import type { Context } from "../request/context.js";

export type { EncoderManifest } from "../../posters/encoders/encoder-manifest.js";
export type { Dataset } from "../../store/settings.js";

/** Null where none is loaded. */
export async function loadedDataset({ services }: Context): Promise<Dataset | null> {
  return (await services.serving()).dataset ?? null;
}

export const datasetCounts = {
  users: ({ services }: Context) => services.store.users.count(),
  movies: ({ services }: Context) => services.store.movies.count(),
  linkedMovies: ({ services }: Context) => services.store.movies.countLinked(),
  posters: ({ services }: Context) => services.store.posters.count(),
  ratings: ({ loaders }: Context) => loaders.ratingTotals.load(),
};

/** @throws {AppError} ENCODER_NOT_FOUND, ENCODER_INVALID */
export async function encoderInUse({ services }: Context): Promise<EncoderManifest> {
  return (await services.encoders.inUse()).manifest;
}
