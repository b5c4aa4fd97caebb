/** What stands for posters while they load, by their contents. */
import type { Poster } from "./posters.js";

export interface StoredPreview {
  /** Colour names, each with its mean colour such as `#1a2b3c` and the share in 0..1 of the picture that it covers. */
  palette: { name: string; hex: string; share: number }[];
  /** https://blurha.sh */
  blurhash: string;
}

export interface PreviewStore {
  /** By content; contents without a preview of this version are missing from the map. */
  byContent(version: number, contents: readonly string[]): Promise<Map<string, StoredPreview>>;
  /** Contents of posters without a preview of this version, each once. */
  missing(version: number): Promise<Pick<Poster, "sha256" | "format">[]>;
  /**
   * Keeps previews by content, in place of those of another version.
   * @param maxWaitMs how long to wait for other writers
   * @throws {AppError} DATABASE_BUSY
   */
  save(version: number, previews: ReadonlyMap<string, StoredPreview>, maxWaitMs?: number): Promise<void>;
}
