/**
 * Stores poster files by their content: `<folder>/<first two of the SHA-256>/<SHA-256>.<jpg|png|webp>`.
 * Equal pictures share one file, and a file never changes, so its URL may be cached for ever.
 */
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, received } from "../../errors.js";
import { temporaryName } from "../../files/temporary.js";
import { sha256Hex } from "../../sha256.js";
import type { PosterFormat } from "./open-image.js";

const endings: Record<PosterFormat, string> = { jpeg: "jpg", png: "png", webp: "webp" };

/**
 * A poster's path in the store, whether it exists or not.
 * @param sha256 64 hex digits in lower case, so that no user input can lead out of the folder
 * @returns the path under `folder`, and `relative` to it
 * @throws {RangeError} when `sha256` or `format` is invalid
 */
export function posterPath(folder: string, sha256: string, format: PosterFormat): { path: string; relative: string } {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`expected a SHA-256 in hex, received ${received(sha256)}`);
  if (!Object.hasOwn(endings, format)) {
    throw new RangeError(`expected a poster format of jpeg, png or webp, received ${received(format)}`);
  }
  const relative = `${sha256.slice(0, 2)}/${sha256}.${endings[format]}`;
  return { path: join(folder, relative), relative };
}

/**
 * Saves a poster atomically: readers see the whole file or none, even after a crash.
 * @param bytes accepted by `inspectPoster` as `format`; not checked again
 * @returns their SHA-256, and the file's path relative to `folder`
 */
export async function savePoster(
  folder: string,
  bytes: Uint8Array,
  format: PosterFormat,
): Promise<{ sha256: string; path: string }> {
  const sha256 = sha256Hex(bytes);
  const { path, relative } = posterPath(folder, sha256, format);
  const present = await stat(path).catch(() => undefined);
  if (present?.isFile() && present.size === bytes.length) return { sha256, path: relative };
  await writeWhole(path, bytes);
  return { sha256, path: relative };
}

/** Writes a file atomically: under a temporary name, flushed to disk, then renamed. Creates its folder. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(dirname(path));
}

/** @throws {AppError} POSTER_UNREADABLE, naming the file relative to `folder`, when it is not there or cannot be read */
export async function readPoster(folder: string, sha256: string, format: PosterFormat): Promise<Buffer> {
  const { path, relative } = posterPath(folder, sha256, format);
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected the poster ${relative} in the poster store, but it ${missing ? "is not there" : "cannot be read"}`,
      { cause },
    );
  }
}

/** Makes a rename durable. Skipped on systems that cannot open a folder (Windows). */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
