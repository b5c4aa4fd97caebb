/** The leave-one-out split that He et al. published with "Neural Collaborative Filtering" (2017), as two text files. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, received } from "../../errors.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import type { LeftOut } from "../../ml/evaluation/leave-one-out.js";

/**
 * `*.test.negative` has a line a user: `(user,item)`, then 99 items, tab-separated; `*.train.rating` has the rest, which
 * is checked against the loaded ratings. Their users and items are numbered from 0 by first appearance in the ratings.
 * @throws {AppError} FILE_UNREADABLE, DATA_FORMAT, DATA_BAD_LINE
 */
export async function readHeSplit(folder: string, data: TrainingSet): Promise<LeftOut[]> {
  const { ratings, movies } = data;
  const userIds = [...new Set(ratings.userIds)];
  const movieIds = [...new Set(ratings.movieIds)];
  const placeOf = new Map<number, number>(movies.map(({ id }, place) => [id, place]));
  const rowOf = new Map<string, number>();
  ratings.userIds.forEach((id, row) => {
    rowOf.set(`${id} ${ratings.movieIds[row]}`, row);
  });
  const trained = new Set<number>();
  const trainFile = await fileEnding(folder, ".train.rating");
  for (const [at, line] of (await linesOf(trainFile)).entries()) {
    const [user, item] = line.split("\t").map(Number);
    const row = rowOf.get(`${userIds[user]} ${movieIds[item]}`);
    if (row === undefined) throw badLine(trainFile, at, "a user, an item and a rating of the loaded data set", line);
    trained.add(row);
  }
  const testFile = await fileEnding(folder, ".test.negative");
  return (await linesOf(testFile)).map((line, at) => {
    const [pair, ...others] = line.split("\t");
    const match = /^\((\d+),(\d+)\)$/.exec(pair);
    const row = match === null ? undefined : rowOf.get(`${userIds[Number(match[1])]} ${movieIds[Number(match[2])]}`);
    const negatives = others.map((item) => placeOf.get(movieIds[Number(item)]));
    if (row === undefined || negatives.length === 0 || negatives.some((place) => place === undefined)) {
      throw badLine(testFile, at, "(user,item) of the loaded data set and other items", line);
    }
    if (trained.has(row)) throw badLine(testFile, at, "a rating that is not in the training file", line);
    return { row, negatives: negatives as number[] };
  });
}

async function fileEnding(folder: string, ending: string): Promise<string> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError(
      "FILE_UNREADABLE",
      `expected a folder for --split, received ${received(folder)}: ${cause.code}`,
      {
        cause,
      },
    );
  });
  const name = names.find((entry) => entry.endsWith(ending));
  if (name === undefined)
    throw new AppError("DATA_FORMAT", `expected a file *${ending} in ${folder}, but there is none`);
  return join(folder, name);
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).split(/\r?\n/).filter((line) => line !== "");
}

function badLine(file: string, at: number, expected: string, line: string): AppError {
  return new AppError("DATA_BAD_LINE", `${file}, line ${at + 1}: expected ${expected}, received ${received(line)}`);
}
