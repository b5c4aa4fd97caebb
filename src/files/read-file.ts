/** Reads regular files up to a size limit, and rejects pipes and devices, which may never end. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { AppError, received } from "../errors.js";

/** The limit of ONNX's file format; no model or encoder is larger. */
export const maxModelBytes = 2 ** 31 - 1;

/**
 * The bytes of a regular file.
 * @param maxBytes a larger file is refused before it is read
 * @param shown how messages name the file; by default by its path
 * @throws {AppError} FILE_UNREADABLE
 */
export async function readRegularFile(path: string, maxBytes: number, shown = received(path)): Promise<Buffer> {
  const unreadable = (cause: NodeJS.ErrnoException): never => {
    throw new AppError("FILE_UNREADABLE", `expected a file that can be read in ${shown}, received ${cause.code}`, {
      cause,
    });
  };
  // Before opening it: opening a pipe waits for a writer.
  const found = await stat(path).catch(unreadable);
  if (!found.isFile())
    throw new AppError("FILE_UNREADABLE", `expected a regular file in ${shown}, received something else`);
  checkSize(found.size, maxBytes, shown);
  const file = await open(path).catch(unreadable);
  try {
    const bytes = await readAll(file, found.size).catch(unreadable);
    checkNoPointer(bytes, shown);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Reads up to the given size, even if the file grows meanwhile. */
async function readAll(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let offset = 0;
  while (offset < size) {
    const { bytesRead } = await file.read(bytes, offset, size - offset, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return bytes.subarray(0, offset);
}

/** Rejects a Git LFS pointer, which a clone without Git LFS has instead of the file. */
function checkNoPointer(bytes: Buffer, shown: string): void {
  if (!bytes.subarray(0, 64).toString("latin1").startsWith("version https://git-lfs.github.com/spec/")) return;
  throw new AppError(
    "FILE_UNREADABLE",
    `expected the file itself in ${shown}, received a Git LFS pointer: run git lfs pull`,
  );
}

function checkSize(size: number, maxBytes: number, shown: string): void {
  if (size <= maxBytes) return;
  throw new AppError("FILE_UNREADABLE", `expected a file of at most ${maxBytes} bytes in ${shown}, received ${size}`);
}
