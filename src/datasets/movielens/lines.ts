/**
 * Reads text files as lines. Files stream in blocks of whole lines, so memory does not grow with the file and
 * asynchronous overhead occurs once per block instead of once per line.
 */
import { isUtf8 } from "node:buffer";
import { AppError } from "../../errors.js";
import { BadField, BadLines, type ReadOptions } from "./rows.js";
import type { Source } from "./source.js";

const newline = 10;
const carriageReturn = 13;

/** Size of a block: about 4,000 lines of ratings. Also the longest line accepted. */
const blockBytes = 64 * 1024;

/**
 * The file's bytes in blocks that end where a line ends (the last one perhaps without its newline).
 * A byte order mark at the start is dropped.
 * @throws {AppError} DATA_FORMAT for a line of more than 64 KiB
 */
export async function* readBlocks(source: Source, file: string, options: ReadOptions): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  let atStart = true;
  const wholeLines = (last: boolean): Buffer => {
    let bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
    if (atStart && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    atStart = false;
    const end = last ? bytes.length : bytes.lastIndexOf(newline) + 1;
    parts = [bytes.subarray(end)];
    size = bytes.length - end;
    if (size > blockBytes || (last && end > blockBytes && bytes.indexOf(newline) < 0)) {
      throw new AppError(
        "DATA_FORMAT",
        `${file}: expected lines of text, received more than 64 KiB without a line end`,
      );
    }
    return bytes.subarray(0, end);
  };
  for await (const chunk of (await source.openFile(file)) as AsyncIterable<Buffer>) {
    options.onBytes?.(chunk.length);
    parts.push(chunk);
    size += chunk.length;
    if (size < blockBytes) continue;
    const block = wholeLines(false);
    if (block.length > 0) yield block;
  }
  if (size > 0) yield wholeLines(true);
}

/** Where the line that starts at `start` ends: the index of its newline, or the block's length. */
export function lineEnd(block: Buffer, start: number): number {
  const end = block.indexOf(newline, start);
  return end < 0 ? block.length : end;
}

/** The bytes of a line, without a carriage return. */
export function lineBytes(block: Buffer, start: number, end: number): Buffer {
  return block.subarray(start, end > start && block[end - 1] === carriageReturn ? end - 1 : end);
}

/**
 * Batches of rows from a text file, one batch a block.
 * @param decode a line's bytes as text; throws BadField
 * @param parse a line and its number as a row; undefined for a line that holds none (a header); throws BadField
 * @param check of `options`; throws BadField
 * @throws {AppError} DATA_BAD_LINE unless `skipBad`, see `BadLines`; DATA_FORMAT
 */
export async function* readRows<Row>(
  source: Source,
  file: string,
  options: ReadOptions,
  decode: (bytes: Buffer) => string,
  parse: (text: string, line: number) => Row | undefined,
  check?: (row: Row) => void,
): AsyncGenerator<Row[]> {
  const badLines = new BadLines(file, options);
  let line = 0;
  let full = 0;
  for await (const block of readBlocks(source, file, options)) {
    const rows: Row[] = [];
    for (let start = 0; start < block.length; ) {
      const end = lineEnd(block, start);
      const bytes = lineBytes(block, start, end);
      start = end + 1;
      line++;
      if (bytes.length === 0) continue;
      try {
        const row = parse(decode(bytes), line);
        if (row === undefined) continue;
        check?.(row);
        rows.push(row);
      } catch (error) {
        badLines.report(error, line);
      }
      full++;
    }
    badLines.check(full, false);
    if (rows.length > 0) yield rows;
  }
  badLines.check(full, true);
}

/** Consumes all batches, for callers that get the rows from a check of the options. */
export async function readToEnd(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches) {
    // The checks have seen its rows.
  }
}

/** @throws {BadField} where the bytes are not UTF-8 */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new BadField("UTF-8 text", bytes.toString("latin1"));
  return bytes.toString("utf8");
}

/**
 * Text of the older data sets: MovieLens 100K and 1M are Latin-1, 10M is UTF-8, and converted copies exist.
 * A Latin-1 line with an accent is practically never valid UTF-8, so each line is decoded by itself.
 */
export function decodeEither(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}
