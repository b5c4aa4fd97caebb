/**
 * Detects the MovieLens layout of a source, by its file names and their first lines: a `ratings.dat` with tabs is not
 * MovieLens 1M.
 */
import { basename, resolve } from "node:path";
import { AppError, received } from "../../errors.js";
import { decodeEither, lineBytes, lineEnd } from "./lines.js";
import { columnNames, splitCsvLine } from "./read-csv.js";
import { BadField } from "./rows.js";
import { detectExport } from "./service-exports.js";
import type { Source } from "./source.js";

export interface DetectedDataset {
  /** The layout: 1M's and 10M's `::`, 100K's `u.*`, or the CSV files of everything newer. */
  kind: "1m" | "100k" | "csv";
  /** The folder in the archive that holds the files, such as `ml-1m`; else the source's own name. */
  name: string;
  files: { movies: string; ratings: string; users?: string; links?: string; genres?: string };
}

type Role = keyof DetectedDataset["files"];

interface Expected {
  file: string;
  optional?: boolean;
  /** For messages. */
  lineFormat: string;
  test(firstLines: string[]): boolean;
}

const anyLine = (pattern: RegExp) => (lines: string[]) => lines.some((line) => pattern.test(line));

const header =
  (...names: string[]) =>
  (lines: string[]) => {
    try {
      const columns = columnNames(splitCsvLine((lines[0] ?? "").replace(/^\uFEFF/, "")));
      return names.every((name) => columns.includes(name.toLowerCase()));
    } catch (error) {
      if (error instanceof BadField) return false;
      throw error;
    }
  };

const shapes: Record<DetectedDataset["kind"], Partial<Record<Role, Expected>>> = {
  "1m": {
    movies: { file: "movies.dat", lineFormat: "movieId::title::genres", test: anyLine(/^\d+::.+::[^:]*$/) },
    ratings: {
      file: "ratings.dat",
      lineFormat: "userId::movieId::rating::timestamp",
      test: anyLine(/^\d+::\d+::[\d.]+::\d+$/),
    },
    users: {
      file: "users.dat",
      optional: true,
      lineFormat: "userId::gender::age::occupation::zip",
      test: anyLine(/^\d+::[MF]::\d+::\d+::/),
    },
  },
  "100k": {
    movies: { file: "u.item", lineFormat: "movieId|title|…|genre flags", test: anyLine(/^\d+\|.+(?:\|[01]){10,}$/) },
    ratings: {
      file: "u.data",
      lineFormat: "userId, movieId, rating, timestamp between tabs",
      test: anyLine(/^\d+\t\d+\t[\d.]+\t\d+(?:\t|$)/),
    },
    users: {
      file: "u.user",
      optional: true,
      lineFormat: "userId|age|gender|occupation|zip",
      test: anyLine(/^\d+\|\d+\|[MF]\|/),
    },
    genres: { file: "u.genre", optional: true, lineFormat: "genre|number", test: anyLine(/^.+\|\d+$/) },
  },
  csv: {
    movies: { file: "movies.csv", lineFormat: "movieId,title,genres", test: header("movieId", "title", "genres") },
    ratings: {
      file: "ratings.csv",
      lineFormat: "userId,movieId,rating,timestamp",
      test: header("userId", "movieId", "rating"),
    },
    links: {
      file: "links.csv",
      optional: true,
      lineFormat: "movieId,imdbId,tmdbId",
      test: header("movieId", "imdbId", "tmdbId"),
    },
  },
};

/**
 * Searches the root and every folder of the source.
 * @throws {AppError} DATA_FORMAT where there is no data set, or more than one
 */
export async function detectDataset(source: Source): Promise<DetectedDataset> {
  const found: DetectedDataset[] = [];
  const misfits: string[] = [];
  for (const folder of new Set(source.files.map((file) => parentFolder(file.name)))) {
    for (const kind of Object.keys(shapes) as DetectedDataset["kind"][]) {
      const files = await matchShape(source, folder, kind, misfits);
      if (files !== undefined) found.push({ kind, name: getDatasetName(source, folder), files });
    }
  }
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const matches = found.map(({ files }) => `${files.movies} with ${files.ratings}`).join("; ");
    throw new AppError("DATA_FORMAT", `${source.label}: expected one data set, received ${found.length}: ${matches}`);
  }
  for (const { name } of source.files.slice(0, 50)) {
    if (!/\.(?:csv|json|tsv|txt)$/i.test(name)) continue;
    const found = detectExport((await firstLines(source, name)).join("\n"));
    if (found !== undefined) throw notADataset(`${source.label}: ${name}`, found);
  }
  throw new AppError(
    "DATA_FORMAT",
    `${source.label}: expected a MovieLens data set (movies.dat and ratings.dat, u.item and u.data, or movies.csv and ` +
      `ratings.csv), received ${listing(source)}${misfits.map((misfit) => `; ${misfit}`).join("")}`,
  );
}

/** The error for a single person's ratings, with what to do instead. */
function notADataset(label: string, service: string): AppError {
  return new AppError(
    "DATA_FORMAT",
    `${label}: expected a MovieLens data set of many users, received one person's ratings as ${service} exports them: ` +
      "marquee import-ratings takes those",
  );
}

/** The folder's files of this kind by role; undefined where some do not match, with the reason in `misfits`. */
async function matchShape(
  source: Source,
  folder: string,
  kind: DetectedDataset["kind"],
  misfits: string[],
): Promise<DetectedDataset["files"] | undefined> {
  const names = new Map<string, string>();
  for (const { name } of source.files) {
    if (parentFolder(name) === folder) names.set(basename(name).toLowerCase(), name);
  }
  const expected = Object.entries(shapes[kind]) as [Role, Expected][];
  if (expected.some(([, { file, optional }]) => !optional && !names.has(file))) return undefined;
  const files: Partial<DetectedDataset["files"]> = {};
  const misfitsBefore = misfits.length;
  for (const [role, { file, lineFormat, test }] of expected) {
    const name = names.get(file);
    if (name === undefined) continue;
    const lines = await firstLines(source, name);
    if (test(lines)) files[role] = name;
    else misfits.push(`${name} should hold ${lineFormat}, but starts with ${received(lines[0] ?? "")}`);
  }
  return misfits.length === misfitsBefore ? (files as DetectedDataset["files"]) : undefined;
}

/** Up to ten lines from the first 16 KiB. */
async function firstLines(source: Source, name: string): Promise<string[]> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of (await source.openFile(name)) as AsyncIterable<Buffer>) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= 16 * 1024) break;
  }
  // Decoded line by line, so that a stray byte further down does not affect the header.
  const lines: string[] = [];
  const head = Buffer.concat(parts).subarray(0, 16 * 1024);
  for (let start = 0; start < head.length && lines.length < 10; ) {
    const end = lineEnd(head, start);
    lines.push(decodeEither(lineBytes(head, start, end)));
    start = end + 1;
  }
  return lines;
}

function parentFolder(name: string): string {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? "" : name.slice(0, slash);
}

function getDatasetName(source: Source, folder: string): string {
  return folder === "" ? basename(resolve(source.label)).replace(/\.zip$/i, "") : basename(folder);
}

function listing(source: Source): string {
  if (source.files.length === 0) return "no files";
  const names = source.files.slice(0, 8).map((file) => file.name);
  const more = source.files.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
