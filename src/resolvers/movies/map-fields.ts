/** The map of all posters, as it was made for the encoder in use. */
import type { PosterMap } from "../../store/poster-maps.js";
import type { Context } from "../request/context.js";

export { getColumns, tile } from "../../posters/images/atlas.js";
export type { MapCluster, PosterMap } from "../../store/poster-maps.js";

/** Null where none was made yet. @throws {AppError} ENCODER_NOT_FOUND, ENCODER_INVALID */
export async function currentPosterMap({ services, loaders }: Context): Promise<PosterMap | null> {
  const { key } = await loaders.encoder.load();
  return (await services.store.posterMaps.get(key)) ?? null;
}
