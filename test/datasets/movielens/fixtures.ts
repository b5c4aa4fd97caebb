/** Small data sets in GroupLens' three layouts, written into a folder of the test's own. */
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";
import yazl from "yazl";
import { detectDataset } from "../../../src/datasets/movielens/detect.js";
import type { BadLine, ReadOptions } from "../../../src/datasets/movielens/rows.js";
import { openSource } from "../../../src/datasets/movielens/source.js";

export type Files = Record<string, string | Buffer>;

const latin1 = (text: string) => Buffer.from(text, "latin1");

export const ml1m: Files = {
  "movies.dat": latin1(
    "1::Toy Story (1995)::Animation|Children's|Comedy\n661::Misérables, Les (1995)::Drama\n914::Nameless (1996)::(no genres listed)\n",
  ),
  "ratings.dat": "1::661::3::978302109\n1::914::3::0\r\n2::1::5::978298413\n",
  "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
};

const flags = (...on: number[]) => Array.from({ length: 19 }, (_, i) => (on.includes(i) ? 1 : 0)).join("|");

export const ml100k: Files = {
  "u.data": "196\t242\t3\t881250949\n186\t302\t4\t891717742\n",
  "u.item": latin1(
    `242|Kolya (1996)|24-Jan-1997||http://example.org/kolya|${flags(5)}\n302|Été, L' (1996)||||${flags(0)}\n`,
  ),
  "u.user": "196|49|M|writer|55105\n186|17|F|none|\n",
  "u.genre":
    "unknown|0\nAction|1\nAdventure|2\nAnimation|3\nChildren's|4\nComedy|5\nCrime|6\nDocumentary|7\nDrama|8\nFantasy|9\nFilm-Noir|10\nHorror|11\nMusical|12\nMystery|13\nRomance|14\nSci-Fi|15\nThriller|16\nWar|17\nWestern|18\n\n",
};

export const mlCsv: Files = {
  "movies.csv":
    '\uFEFFmovieId,title,genres\r\n1,Toy Story (1995),Adventure|Animation\r\n29,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",(no genres listed)\r\n30,"Say ""Hello"" (1990)",Drama\r\n',
  "ratings.csv": 'userId,movieId,rating,timestamp\n1,29,4.0,964982703\n1,30,0.5,0\n"2","1","3.5","964981247"\n',
  "links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n29,0112682,\n30,,\n",
};

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "marquee-movielens-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder, new, with these files in it. */
export async function folderWith(files: Files): Promise<string> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A zip with these files in it; its path ends in `/data.zip`. */
export async function zipWith(files: Files): Promise<string> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const path = join(await tempFolder(), "data.zip");
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

/** The same files in a folder of their own. */
export function inside(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));
}

export async function open(path: string) {
  const source = await openSource(path);
  onTestFinished(() => source.close());
  return source;
}

export async function openDataset(path: string) {
  const source = await open(path);
  return { source, dataset: await detectDataset(source) };
}

export async function all<Row>(batches: AsyncIterable<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) for (const row of batch) rows.push(row);
  return rows;
}

export const strict: ReadOptions = { skipBad: false };

/** Options that skip bad lines and keep what was said of them. */
export function lenient(): ReadOptions & { problems: BadLine[] } {
  const problems: BadLine[] = [];
  return { skipBad: true, problems, onBadLine: (problem) => problems.push(problem) };
}

/** The code and message that a promise fails with. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code ?? "no code"}: ${message}`;
  }
  throw new Error("expected a failure, but there was none");
}
