/** Facts about the loaded data set and the active encoder. */

import { audienceOf } from "../../access/read-policy.js";
import { countLinked, countMovies } from "../../db/movies.js";
import { countPosters } from "../../db/posters.js";
import { currentDataset, type Dataset } from "../../db/settings.js";
import { ratingTotals } from "../../db/statistics.js";
import { countUsers } from "../../db/users.js";
import type { EncoderManifest } from "../../posters/encoders/encoder-manifest.js";
import type { Context } from "../request/context.js";

export type { Dataset } from "../../db/settings.js";
export type { EncoderManifest } from "../../posters/encoders/encoder-manifest.js";

/** Null where none is loaded. */
export function loadedDataset({ services }: Context): Dataset | null {
  return currentDataset(services.db) ?? null;
}

export const datasetCounts = {
  users: ({ services }: Context) => countUsers(services.db),
  movies: ({ services }: Context) => countMovies(services.db),
  linkedMovies: ({ services }: Context) => countLinked(services.db),
  posters: ({ services }: Context) => countPosters(services.db),
  ratings: (context: Context) => ratingTotals(context.services.db, audienceOf(context)),
};

/** @throws {AppError} ENCODER_NOT_FOUND, ENCODER_INVALID */
export async function encoderInUse({ services }: Context): Promise<EncoderManifest> {
  return (await services.encoders.inUse()).manifest;
}
