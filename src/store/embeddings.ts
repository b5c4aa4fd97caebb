/** Embeddings of posters' contents, by encoder. */
import type { MovieId } from "../ids.js";
import type { EncoderKey, PosterEmbedding } from "../model-inputs.js";
import type { Poster } from "./posters.js";

export interface EmbeddingStore {
  /** Contents of posters without an embedding of this encoder, each once. */
  missing(key: EncoderKey): Promise<Pick<Poster, "sha256" | "format">[]>;
  /** By content; contents without an embedding are missing from the map. */
  byContent(key: EncoderKey, contents: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Of movies' posters, by default of all movies; those without are missing from the map. */
  ofMovies(key: EncoderKey, ids?: readonly MovieId[]): Promise<Map<MovieId, PosterEmbedding>>;
  /** The embeddings of at most `limit` movies with ids above `after`, by id. */
  page(key: EncoderKey, after: number, limit: number): Promise<{ movieId: MovieId; vector: Float32Array }[]>;
  /** Changes whenever an embedding is added or a movie's poster changes. */
  version(): Promise<string>;
  /**
   * Keeps vectors by content; those that are there already stay.
   * @param maxWaitMs how long to wait for other writers
   * @throws {AppError} DATABASE_BUSY
   */
  save(key: EncoderKey, vectors: ReadonlyMap<string, Float32Array>, maxWaitMs?: number): Promise<void>;
}
