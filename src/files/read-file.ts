/** Reads regular files up to a size limit: a pipe or a device would never end. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { AppError, received } from "../errors.js";

/** More than any model or encoder has: what ONNX's format allows for one file. */
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
  // Before it is opened: opening a pipe waits for whoever writes to it.
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

/** Up to the size that the file had: one that grows meanwhile is not followed. */
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

/** What a clone without Git LFS holds in a file's place: its address, as text. */
function checkNoPointer(bytes: Buffer, shown: string): void {
  if (!bytes.subarray(0, 64).toString("latin1").startsWith("version https://git-lfs.github.com/spec/")) return;
  throw new AppError(
    "FILE_UNREADABLE",
    `expected the file itself in ${shown}, received a pointer of Git LFS to it: git lfs pull fetches it`,
  );
}

function checkSize(size: number, maxBytes: number, shown: string): void {
  if (size <= maxBytes) return;
  throw new AppError("FILE_UNREADABLE", `expected a file of at most ${maxBytes} bytes in ${shown}, received ${size}`);
}
