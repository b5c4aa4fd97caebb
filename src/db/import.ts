/**
 * Importing a MovieLens data set in one transaction: killed half-way, the database is as it was before.
 * A second import of the same data changes nothing.
 */
import { AppError, received } from "../errors.js";
import { firstOwnId, type MovieId, type UserId } from "../ids.js";
import { importLinks, type LinkReport } from "./import-links.js";
import { type Changes, clearDataset, createRowWriter } from "./import-rows.js";
import { type Dataset as DetectedDataset, detectDataset } from "./movielens/detect.js";
import { readLinkReference } from "./movielens/link.js";
import { readMovies, readRatings, readUsers } from "./movielens/read.js";
import { BadField, type BadLine, type ReadOptions } from "./movielens/rows.js";
import type { Source } from "./movielens/source.js";
import { countLinked } from "./movies.js";
import { type Database, isBusy } from "./open.js";
import { currentDataset } from "./settings.js";
import { pauseStatistics } from "./statistics.js";

export interface ImportOptions {
  /** A newer MovieLens release to take IMDb and TMDB ids from. */
  links?: Source;
  skipBad?: boolean;
  /** Let this data set take the place of another one that is loaded. */
  replace?: boolean;
  onProgress?(bytes: number, totalBytes: number, file: string): void;
  onBadLine?(problem: BadLine): void;
  signal?: AbortSignal;
}

export interface ImportReport {
  dataset: string;
  /** Read from the files; users are counted from the ratings where no file describes them. */
  users: number;
  movies: number;
  ratings: number;
  /** Movies that have an IMDb id now. */
  linked: number;
  /** Bad lines passed over. */
  skipped: number;
  changed: Changes;
  /** The data set whose place this one took. */
  replaced: string | null;
  unlinked: LinkReport["unlinked"];
}

/**
 * @throws {AppError} DATA_FORMAT, DATA_BAD_LINE; DATA_EMPTY where nothing is left to import; DATA_OTHER_DATASET when
 *   another data set is loaded; DATABASE_BUSY; INTERRUPTED
 */
export async function importDataset(db: Database, source: Source, options: ImportOptions = {}): Promise<ImportReport> {
  const detected = await detectDataset(source);
  begin(db);
  try {
    const statistics = pauseStatistics(db);
    const replaced = makeRoom(db, detected, options.replace ?? false);
    const report = await importFiles(db, source, detected, options);
    statistics.resume();
    const before = currentDataset(db);
    if (before === undefined) {
      db.sqlite
        .prepare("INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, ?, ?, 0, ?)")
        .run(detected.name, detected.kind, Math.floor(Date.now() / 1000));
    } else if (report.changed.movies > 0) {
      db.sqlite.exec("UPDATE dataset SET revision = revision + 1");
    }
    options.signal?.throwIfAborted();
    db.sqlite.exec("COMMIT");
    return { ...report, replaced };
  } catch (error) {
    db.sqlite.exec("ROLLBACK");
    if (options.signal?.aborted) {
      throw new AppError("INTERRUPTED", "interrupted: nothing was imported, the database is as before");
    }
    throw error;
  }
}

function begin(db: Database): void {
  try {
    db.sqlite.exec("BEGIN IMMEDIATE");
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    throw new AppError("DATABASE_BUSY", "expected to write, but another process holds the database; try again", {
      cause,
    });
  }
}

/** @returns the name of the data set that was taken out, or null */
function makeRoom(db: Database, detected: DetectedDataset, replace: boolean): string | null {
  const loaded = currentDataset(db);
  if (loaded === undefined || (loaded.name === detected.name && loaded.kind === detected.kind)) return null;
  // The embedded set is for trying Marquee out: the first real import takes its place.
  if (loaded.kind !== "embedded" && !replace) {
    throw new AppError(
      "DATA_OTHER_DATASET",
      `expected ${received(loaded.name)}, which is loaded, received ${received(detected.name)}: their users have the same ` +
        "numbers but are different people. Use another DATA_DIR, or --replace to take the loaded one out",
    );
  }
  clearDataset(db);
  return loaded.name;
}

async function importFiles(
  db: Database,
  source: Source,
  detected: DetectedDataset,
  options: ImportOptions,
): Promise<Omit<ImportReport, "replaced">> {
  const sizes = new Map(source.files.map(({ name, size }) => [name, size]));
  const { movies, users, ratings } = detected.files;
  const totalBytes = [movies, users, ratings].reduce((sum, file) => sum + (sizes.get(file ?? "") ?? 0), 0);
  let bytes = 0;
  let file = "";
  let skipped = 0;
  const knownMovies = new Set<MovieId>();
  const knownUsers = new Set<UserId>();
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
    checkRating: ({ userId, movieId }) => {
      if (userId >= firstOwnId) {
        throw new BadField(`a user id below ${firstOwnId}, where those of this server begin`, String(userId));
      }
      if (!knownMovies.has(movieId)) throw new BadField(`the id of a movie in ${movies}`, String(movieId));
      if (users !== undefined && !knownUsers.has(userId))
        throw new BadField(`the id of a user in ${users}`, String(userId));
      if (twice(userId, movieId))
        throw new BadField("one rating of a movie by a user", `another of ${movieId} by ${userId}`);
    },
  };
  const twice = ratedTwice(detected.kind);
  const writer = createRowWriter(db);

  file = movies;
  let position = 0;
  for await (const rows of readMovies(source, detected, read)) {
    for (const row of rows) {
      if (knownMovies.has(row.movieId)) {
        const message = `${movies}: expected every movie once, received ${row.movieId} again: ${received(row.title)}`;
        if (!read.skipBad) throw new AppError("DATA_BAD_LINE", message);
        skipped++;
        options.onBadLine?.({ file: movies, line: 0, message });
        continue;
      }
      knownMovies.add(row.movieId);
      writer.putMovie({ ...row, position: position++ });
    }
  }
  file = users ?? "";
  for await (const rows of readUsers(source, detected, read)) {
    for (const row of rows) {
      knownUsers.add(row.userId);
      writer.putUser(row);
    }
  }
  file = ratings;
  let count = 0;
  for await (const rows of readRatings(source, detected, read)) {
    for (const { userId, movieId, rating, ratedAt } of rows) {
      if (!knownUsers.has(userId)) {
        knownUsers.add(userId);
        writer.putUser({ userId, gender: null, ageGroup: null, occupation: null, zipCode: null });
      }
      writer.putRating(userId, movieId, rating, ratedAt);
    }
    count += rows.length;
  }
  if (knownMovies.size === 0 || count === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `expected movies and ratings in ${source.label}, received ${knownMovies.size} and ${count}`,
    );
  }
  let unlinked: LinkReport["unlinked"] = [];
  if (options.links !== undefined || detected.files.links !== undefined) {
    const links = importLinks(db, await readLinkReference(options.links ?? source));
    writer.changes.links = links.changed;
    unlinked = links.unlinked;
  }
  return {
    dataset: detected.name,
    users: knownUsers.size,
    movies: knownMovies.size,
    ratings: count,
    linked: countLinked(db),
    skipped,
    changed: writer.changes,
    unlinked,
  };
}

/**
 * Whether a user has rated a movie already in this file. Every layout but 100K's lists ratings user by user, so that
 * one user's movies are all that must be remembered.
 */
function ratedTwice(kind: DetectedDataset["kind"]): (userId: UserId, movieId: MovieId) => boolean {
  const isGrouped = kind !== "100k";
  const seen = new Set<string | number>();
  let current: UserId | undefined;
  return (userId, movieId) => {
    if (isGrouped && userId !== current) {
      seen.clear();
      current = userId;
    }
    const before = seen.size;
    seen.add(isGrouped ? movieId : `${userId} ${movieId}`);
    return seen.size === before;
  };
}
