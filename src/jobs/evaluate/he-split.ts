/** The leave-one-out split that He et al. published with "Neural Collaborative Filtering" (2017), as two text files. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, received } from "../../errors.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import type { LeftOut } from "../../ml/evaluation/leave-one-out.js";

/**
 * `*.test.negative` has one line per user: `(user,item)`, then 99 items, tab-separated; `*.train.rating` has the rest, which
 * is checked against the loaded ratings. Users and items are numbered from 0 by first appearance in the ratings.
 * @throws {AppError} FILE_UNREADABLE, DATA_FORMAT, DATA_BAD_LINE
 */
export async function readHeSplit(folder: string, data: TrainingSet): Promise<LeftOut[]> {
  const { ratings, movies } = data;
  const userIds = [...new Set(ratings.userIds)];
  const movieIds = [...new Set(ratings.movieIds)];
  const itemIndexes = new Map<number, number>(movies.map(({ id }, index) => [id, index]));
  const rowsByPair = new Map<string, number>();
  ratings.userIds.forEach((id, row) => {
    rowsByPair.set(`${id} ${ratings.movieIds[row]}`, row);
  });
  const trained = new Set<number>();
  const trainFile = await findFile(folder, ".train.rating");
  for (const [index, line] of (await readLines(trainFile)).entries()) {
    const [user, item] = line.split("\t").map(Number);
    const row = rowsByPair.get(`${userIds[user]} ${movieIds[item]}`);
    if (row === undefined) throw badLine(trainFile, index, "a user, an item and a rating of the loaded data set", line);
    trained.add(row);
  }
  const testFile = await findFile(folder, ".test.negative");
  return (await readLines(testFile)).map((line, index) => {
    const [pair, ...others] = line.split("\t");
    const match = /^\((\d+),(\d+)\)$/.exec(pair);
    const row =
      match === null ? undefined : rowsByPair.get(`${userIds[Number(match[1])]} ${movieIds[Number(match[2])]}`);
    const negatives = others.map((item) => itemIndexes.get(movieIds[Number(item)]));
    if (row === undefined || negatives.length === 0 || negatives.some((item) => item === undefined)) {
      throw badLine(testFile, index, "(user,item) of the loaded data set and other items", line);
    }
    if (trained.has(row)) throw badLine(testFile, index, "a rating that is not in the training file", line);
    return { row, negatives: negatives as number[] };
  });
}

async function findFile(folder: string, ending: string): Promise<string> {
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

async function readLines(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).split(/\r?\n/).filter((line) => line !== "");
}

function badLine(file: string, index: number, expected: string, line: string): AppError {
  return new AppError("DATA_BAD_LINE", `${file}, line ${index + 1}: expected ${expected}, received ${received(line)}`);
}
