/** Reads one person's ratings from another service's export: a CSV file, Trakt's JSON, or Letterboxd's zip. */
import { Readable } from "node:stream";
import { setImmediate as nextTick } from "node:timers/promises";
import { parse } from "csv-parse";
import yauzl from "yauzl";
import { AppError, received } from "../../errors.js";
import { areEnough, findColumns, toRow, toService } from "./columns.js";
import { type Export, type ExportRow, maxExportRows, unreadable } from "./export-row.js";
import { readTrakt } from "./read-trakt.js";

/** Of a file within a zip. */
const maxUnpackedBytes = 8 * 2 ** 20;
const chunkBytes = 16 * 1024;

/**
 * @param bytes the whole file
 * @throws {AppError} RATINGS_UNREADABLE for a file that is none of these, or has ratings of several people
 */
export async function readExport(bytes: Uint8Array): Promise<Export> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.subarray(0, 2).toString("latin1") === "PK") return readText(await unzipRatings(file));
  return readText(file);
}

async function readText(file: Buffer): Promise<Export> {
  const text = decode(file);
  if (text.trim() === "") throw unreadable("a file with ratings", "an empty one");
  const found = /^\s*[[{]/.test(text) ? readTrakt(text) : await readCsv(text);
  if (found.rows.length === 0) throw unreadable("a file with ratings", "one without any");
  return found;
}

function decode(file: Buffer): string {
  if (file.includes(0)) throw unreadable("a CSV file, Trakt's JSON or Letterboxd's zip", "a binary file");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    // As spreadsheet programs of Western Europe save it.
    return new TextDecoder("windows-1252").decode(file);
  }
}

async function readCsv(text: string): Promise<Export> {
  const delimiter = findDelimiter(text);
  const parser = Readable.from(inChunks(text)).pipe(
    parse({ delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, info: true, trim: true }),
  );
  let header: string[] | undefined;
  let columns: ReturnType<typeof findColumns> = {};
  const rows: ExportRow[] = [];
  const users = new Set<string>();
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) {
        header = record;
        columns = findColumns(record);
        if (!areEnough(columns)) {
          throw unreadable(
            "a first line with the names of a rating's column and of a title's, or of an IMDb or TMDB id's",
            received(record.join(",")),
          );
        }
        continue;
      }
      if (rows.length === maxExportRows) throw unreadable(`up to ${maxExportRows} ratings`, "more");
      rows.push(toRow(record, columns, info.lines));
      if (columns.userId !== undefined) users.add(record[columns.userId]);
      if (users.size > 1)
        throw unreadable("the ratings of one person", `those of the users ${[...users].join(" and ")}`);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreadable("a CSV file", `one that breaks off: ${(error as Error).message}`, error);
  }
  return { service: toService(header ?? [], columns), rows };
}

/** Yields to the event loop between pieces. They are bytes, since a slice of text may cut a character in two. */
async function* inChunks(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    await nextTick();
    yield bytes.subarray(from, from + chunkBytes);
  }
}

/** What stands most often in the first line. */
function findDelimiter(text: string): string {
  const first = text.split("\n", 1)[0] ?? "";
  const count = (character: string) => first.split(character).length;
  return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** The file `ratings.csv` at the top of an export of Letterboxd's, or the only CSV file of any other zip. */
async function unzipRatings(file: Buffer): Promise<Buffer> {
  const zip = await yauzl.fromBufferPromise(file).catch((error: Error) => {
    throw unreadable("a whole zip file", `one that is damaged: ${error.message}`, error);
  });
  try {
    const entries: yauzl.Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entries.length === 1000) throw unreadable("a zip file of up to 1000 files", "more");
      if (/\.csv$/i.test(entry.fileName) && !entry.fileName.startsWith("__MACOSX")) entries.push(entry);
    }
    const entry =
      entries.find(({ fileName }) => /(?:^|\/)ratings\.csv$/i.test(fileName) && !fileName.startsWith("deleted/")) ??
      (entries.length === 1 ? entries[0] : undefined);
    if (entry === undefined) throw unreadable("a zip file with a ratings.csv", "one without");
    if (entry.uncompressedSize > maxUnpackedBytes)
      throw unreadable(`a ${entry.fileName} of up to ${maxUnpackedBytes} bytes`, `${entry.uncompressedSize}`);
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreadable("a whole zip file", `one that is damaged: ${(error as Error).message}`, error);
  } finally {
    zip.close();
  }
}
