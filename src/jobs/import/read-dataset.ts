/** Reads the files of a data set into an import that is being gathered. */
import type { DetectedDataset } from "../../datasets/movielens/detect.js";
import { readToEnd } from "../../datasets/movielens/lines.js";
import { readMovies, readRatings, readUsers } from "../../datasets/movielens/read.js";
import { BadField, type BadLine, type ReadOptions, UniqueRows } from "../../datasets/movielens/rows.js";
import type { Source } from "../../datasets/movielens/source.js";
import { splitTitle } from "../../datasets/movielens/titles.js";
import { AppError } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import type { StagedImport } from "../../store/imports.js";

export interface ReadDatasetOptions {
  skipBad?: boolean;
  onProgress?(bytes: number, totalBytes: number, file: string): void;
  onBadLine?(problem: BadLine): void;
  signal?: AbortSignal;
}

/**
 * Adds every good row to the import.
 * @returns how many bad lines were skipped, and the options to read further files of the source by
 * @throws {AppError} DATA_BAD_LINE; DATA_EMPTY where nothing is left to import; what the signal was aborted with
 */
export async function readDataset(
  source: Source,
  detected: DetectedDataset,
  staged: StagedImport,
  options: ReadDatasetOptions,
): Promise<{ skipped: () => number; read: ReadOptions }> {
  const sizes = new Map(source.files.map(({ name, size }) => [name, size]));
  const { movies, users, ratings } = detected.files;
  const totalBytes = [movies, users, ratings].reduce((sum, file) => sum + (sizes.get(file ?? "") ?? 0), 0);
  let bytes = 0;
  let file = "";
  let skipped = 0;
  const knownMovies = new Set<MovieId>();
  const knownUsers = new Set<UserId>();
  const uniqueMovies = new UniqueRows<MovieId>("movie");
  const uniqueUsers = new UniqueRows<UserId>("user");
  const read: ReadOptions = {
    skipBad: options.skipBad ?? false,
    onBytes: (count) => {
      options.signal?.throwIfAborted();
      bytes += count;
      options.onProgress?.(bytes, totalBytes, file);
    },
    onBadLine: (problem) => {
      skipped++;
      options.onBadLine?.(problem);
    },
    checkMovie: ({ movieId, title, genres, line }) => {
      if (!uniqueMovies.isNew(movieId, `${title}\n${genres.join("|")}`, line)) return;
      knownMovies.add(movieId);
      staged.addMovie({ movieId, title, ...splitTitle(title), genres });
    },
    checkUser: ({ line, ...user }) => {
      if (!uniqueUsers.isNew(user.userId, Object.values(user).join("\n"), line)) return;
      knownUsers.add(user.userId);
      staged.addUser(user);
    },
    checkRating: (rating) => {
      const { userId, movieId } = rating;
      if (!knownMovies.has(movieId)) throw new BadField(`the id of a movie in ${movies}`, String(movieId));
      if (users !== undefined && !knownUsers.has(userId)) {
        throw new BadField(`the id of a user in ${users}`, String(userId));
      }
      if (!staged.addRating(rating)) {
        throw new BadField("one rating of a movie by a user", `another of ${movieId} by ${userId}`);
      }
    },
  };

  file = movies;
  await readToEnd(readMovies(source, detected, read));
  file = users ?? "";
  await readToEnd(readUsers(source, detected, read));
  file = ratings;
  let count = 0;
  for await (const rows of readRatings(source, detected, read)) {
    for (const { userId } of rows) {
      if (knownUsers.has(userId)) continue;
      knownUsers.add(userId);
      staged.addUser({ userId, gender: null, ageGroup: null, occupation: null, zipCode: null });
    }
    count += rows.length;
  }
  if (knownMovies.size === 0 || count === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `expected movies and ratings in ${source.label}, received ${knownMovies.size} and ${count}`,
    );
  }
  return { skipped: () => skipped, read };
}
