/**
 * Opens a data set's files from a folder or from a zip file, which is read in place and never unpacked. Both have the
 * same interface.
 */
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { AppError } from "../../errors.js";
import { detectExport } from "./service-exports.js";

export interface SourceFile {
  /** Path inside the source, with `/` between the parts. */
  name: string;
  /** Uncompressed bytes. */
  size: number;
}

export interface Source {
  /** The path it was opened with, for messages. */
  label: string;
  files: SourceFile[];
  /** Uncompressed bytes of one file. The stream fails with DATA_FORMAT where the zip's size or CRC-32 does not match. */
  openFile(name: string): Promise<Readable>;
  close(): Promise<void>;
}

const maxFiles = 10_000;
const maxDepth = 4;

/**
 * Opens a zip file or a folder; files are looked for at most four folders deep.
 * @throws {AppError} FILE_UNREADABLE where the path cannot be read; DATA_FORMAT where it is neither a folder nor
 *   a whole zip, or the zip has encrypted entries, names that lead out of it, or one name twice
 */
export async function openSource(path: string): Promise<Source> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) return openFolder(path);
  // A pipe or a device may have no end.
  if (!found.isFile()) {
    throw new AppError(
      "DATA_FORMAT",
      `expected a folder or a zip file, received ${path}, which is neither a file nor a folder`,
    );
  }
  await refuseText(path);
  return openZip(path);
}

/** Rejects text files with a helpful message, rather than as a damaged zip. */
async function refuseText(path: string): Promise<void> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.subarray(0, bytesRead);
    if (bytesRead === 0 || start.includes(0) || start.subarray(0, 2).toString("latin1") === "PK") return;
    const service = detectExport(start.toString("utf8"));
    const what =
      service !== undefined
        ? `one person's ratings as ${service} exports them: marquee import-ratings takes those`
        : /\.(?:csv|dat|data|item|user|tsv|txt)$/i.test(path)
          ? "a single file: give the folder that holds it with the data set's other files"
          : "a file of text";
    throw new AppError("DATA_FORMAT", `expected a folder or a zip file, received ${path}, ${what}`);
  } finally {
    await file.close();
  }
}

async function openFolder(path: string): Promise<Source> {
  const files: SourceFile[] = [];
  async function list(inner: string, depth: number): Promise<void> {
    for (const entry of await readdir(join(path, inner), { withFileTypes: true })) {
      const name = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (isClutter(name)) continue;
      if (entry.isDirectory()) {
        if (depth < maxDepth) await list(name, depth + 1);
        continue;
      }
      // A link to a file is followed; a link to a folder is not, since it may form a cycle.
      const found = await stat(join(path, name)).catch(() => undefined);
      if (found?.isFile()) addFile(files, { name, size: found.size }, path);
    }
  }
  await list("", 0).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return {
    label: path,
    files,
    async openFile(name) {
      if (!files.some((file) => file.name === name)) throw noSuchFile(path, name);
      return Readable.from(explained(createReadStream(join(path, name)), path, name), { objectMode: false });
    },
    async close() {},
  };
}

async function openZip(path: string): Promise<Source> {
  const zip = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true }).catch((error: unknown) => {
    throw hasSystemCode(error) ? unreadable(path, error) : notZip(path, error);
  });
  const entries = new Map<string, yauzl.Entry>();
  const files: SourceFile[] = [];
  try {
    // yauzl itself refuses absolute names and names with `..`.
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith("/") || isClutter(name)) continue;
      if (entry.isEncrypted()) {
        throw new AppError("DATA_FORMAT", `${path}: expected a zip without a password, but ${name} in it is encrypted`);
      }
      if (entries.has(name)) throw new AppError("DATA_FORMAT", `${path}: the zip names ${name} twice`);
      entries.set(name, entry);
      addFile(files, { name, size: entry.uncompressedSize }, path);
    }
  } catch (error) {
    zip.close();
    throw error instanceof AppError ? error : notZip(path, error);
  }
  return {
    label: path,
    files,
    async openFile(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw noSuchFile(path, name);
      const stream = await zip.openReadStreamPromise(entry).catch((error: unknown) => {
        throw damaged(path, name, error);
      });
      return Readable.from(explained(stream, path, name, entry.crc32), { objectMode: false });
    },
    async close() {
      zip.close();
    },
  };
}

/** Passes the stream's chunks on, turns its failures into AppErrors, and checks the CRC-32 at the end (yauzl checks the size only). */
async function* explained(stream: Readable, label: string, name: string, crc?: number): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (crc !== undefined) sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw crc === undefined ? unreadable(join(label, name), error) : damaged(label, name, error);
  }
  if (crc !== undefined && sum !== crc) {
    throw new AppError(
      "DATA_FORMAT",
      `${label}: ${name} is damaged: expected CRC-32 ${crc.toString(16)}, received ${sum.toString(16)}`,
    );
  }
}

/** Hidden files, and the copies that macOS adds to zips. */
function isClutter(name: string): boolean {
  return name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

function addFile(files: SourceFile[], file: SourceFile, label: string): void {
  if (files.length === maxFiles) throw new AppError("DATA_FORMAT", `${label}: expected at most ${maxFiles} files`);
  files.push(file);
}

function hasSystemCode(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unreadable(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("FILE_UNREADABLE", `cannot read ${path}: ${reason(error)}`, { cause: error });
}

function notZip(path: string, error: unknown): AppError {
  return new AppError("DATA_FORMAT", `expected a folder or a whole zip file, received ${path}: ${reason(error)}`, {
    cause: error,
  });
}

function damaged(path: string, name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("DATA_FORMAT", `${path}: ${name} is damaged: ${reason(error)}`, { cause: error });
}

function noSuchFile(label: string, name: string): AppError {
  return new AppError("DATA_FORMAT", `${label}: expected a file ${name}, but there is none`);
}
