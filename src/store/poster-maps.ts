/** Layouts of all posters in two dimensions, one for each encoder. */
import type { EncoderKey } from "../model-inputs.js";

/** Posters that look alike, near each other on the map. */
export interface MapCluster {
  /** Its main colour and genre, such as `dark blue, Sci-Fi`. */
  name: string;
  /** Mean position, 0 to 1. */
  x: number;
  y: number;
  /** Number of posters. */
  size: number;
}

export interface PosterMap {
  /** Changes with everything below, and with the pictures: the atlas is kept under it. */
  name: string;
  /** Parallel arrays: positions in 0..1, and indices of `clusters`. */
  movieIds: Int32Array;
  x: Float32Array;
  y: Float32Array;
  cluster: Int32Array;
  clusters: MapCluster[];
}

export interface PosterMapStore {
  /** Undefined where none was made for this encoder. */
  get(key: EncoderKey): Promise<PosterMap | undefined>;
  /** Keeps a map in place of the encoder's earlier one. @throws {AppError} DATABASE_BUSY */
  save(key: EncoderKey, map: PosterMap): Promise<void>;
}
