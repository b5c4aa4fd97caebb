/**
 * Importing a MovieLens data set in one transaction: killed half-way, the database is as it was before.
 * A second import of the same data changes nothing; a newer release of the same data set takes the older one's place.
 */

import { readLinkReference } from "../../datasets/linking/link.js";
import { type DetectedDataset, detectDataset } from "../../datasets/movielens/detect.js";
import { readToEnd } from "../../datasets/movielens/lines.js";
import { readMovies, readRatings, readUsers } from "../../datasets/movielens/read.js";
import { publishedNames } from "../../datasets/movielens/releases.js";
import { BadField, type BadLine, type ReadOptions, UniqueRows } from "../../datasets/movielens/rows.js";
import type { Source } from "../../datasets/movielens/source.js";
import { AppError, received } from "../../errors.js";
import { firstOwnId, type MovieId, type UserId } from "../../ids.js";
import { deletedRatings, deletedUsers } from "../deletions.js";
import { allMovies, countLinked, countMovies } from "../movies.js";
import { type Database, isBusy } from "../open.js";
import { countRatings } from "../ratings.js";
import { currentDataset } from "../settings.js";
import { pauseStatistics } from "../statistics.js";
import { countUsers } from "../users.js";
import { type Gone, removeGone } from "./import-gone.js";
import { importLinks, type LinkReport } from "./import-links.js";
import { type DuplicatePolicy, type StagedRatings, stageRatings } from "./import-ratings.js";
import { type Changes, clearDataset, createRowWriter } from "./import-rows.js";
import { countMadeByPeople, inWords, type MadeByPeople } from "./made-by-people.js";

export interface ImportOptions {
  /** A newer MovieLens release to take IMDb and TMDB ids from. */
  links?: Source;
  skipBad?: boolean;
  /** Which rating counts where a user rated a movie more than once; by default the newest. */
  duplicates?: DuplicatePolicy;
  /** Take out whatever data set is loaded, with what people made of it, and import into an empty database. */
  replace?: boolean;
  onProgress?(bytes: number, totalBytes: number, file: string): void;
  onBadLine?(problem: BadLine): void;
  signal?: AbortSignal;
}

export interface ImportReport {
  dataset: string;
  /** What the database holds now. */
  users: number;
  movies: number;
  ratings: number;
  /** Movies that have an IMDb id. */
  linked: number;
  /** Bad lines passed over. */
  skipped: number;
  /** Ratings of a movie that the user had rated already, of which one counts. */
  duplicates: number;
  changed: Changes;
  /** What the files no longer hold. */
  removed: Gone & { ratings: number };
  /** What people had taken away, and stays so. */
  leftOut: { users: number; ratings: number };
  /** Whether any rating has a time. */
  hasTimes: boolean;
  /** The data set whose place this one took. */
  replaced: string | null;
  /** What people had made of that one, and is gone with it. */
  lost: MadeByPeople | null;
  unlinked: LinkReport["unlinked"];
}

/**
 * @throws {AppError} DATA_FORMAT, DATA_BAD_LINE; DATA_EMPTY where nothing is left to import; DATA_OTHER_DATASET when
 *   another data set is loaded, or people made something of the embedded one; DATABASE_BUSY; INTERRUPTED
 */
export async function importDataset(db: Database, source: Source, options: ImportOptions = {}): Promise<ImportReport> {
  const detected = await detectDataset(source);
  begin(db);
  const staged = stageRatings(db, options.duplicates ?? "newest");
  try {
    const statistics = pauseStatistics(db);
    const { replaced, lost } = makeRoom(db, detected, options.replace ?? false);
    const report = await importFiles(db, source, detected, staged, options);
    statistics.resume();
    const before = currentDataset(db);
    if (before === undefined) {
      db.sqlite
        .prepare("INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, ?, ?, 0, ?)")
        .run(detected.name, detected.kind, Math.floor(Date.now() / 1000));
    } else if (report.changed.movies > 0 || report.removed.movies > 0) {
      db.sqlite.exec("UPDATE dataset SET revision = revision + 1");
    }
    options.signal?.throwIfAborted();
    staged.drop();
    db.sqlite.exec("COMMIT");
    return { ...report, replaced, lost };
  } catch (error) {
    db.sqlite.exec("ROLLBACK");
    staged.drop();
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

/** Takes the loaded data set out, where this one replaces it. */
function makeRoom(
  db: Database,
  detected: DetectedDataset,
  replace: boolean,
): { replaced: string | null; lost: MadeByPeople | null } {
  const loaded = currentDataset(db);
  const isSame = loaded?.name === detected.name && loaded.kind === detected.kind;
  if (loaded === undefined || (isSame && !replace)) return { replaced: null, lost: null };
  const made = countMadeByPeople(db);
  // That a made-up user was taken away is nothing to keep.
  const words = inWords(loaded.kind === "embedded" ? { ...made, deletions: 0 } : made);
  if (!replace) {
    // The embedded set is for trying Marquee out: the first real import takes its place, unless somebody made it theirs.
    if (loaded.kind !== "embedded") throw otherDataset(loaded.name, detected.name);
    if (words !== "") {
      throw new AppError(
        "DATA_OTHER_DATASET",
        `expected an empty data folder, or the embedded data set as it was set up, received one that people made their own (${words}): ` +
          "their movies go with it. Use another DATA_DIR, or --replace to take all of that out",
      );
    }
  }
  clearDataset(db);
  return { replaced: loaded.name, lost: words === "" ? null : made };
}

function otherDataset(loaded: string, other: string): AppError {
  return new AppError(
    "DATA_OTHER_DATASET",
    `expected ${received(loaded)}, which is loaded, received ${received(other)}: their users have the same ` +
      "numbers but are different people. Use another DATA_DIR, or --replace to take the loaded one out",
  );
}

async function importFiles(
  db: Database,
  source: Source,
  detected: DetectedDataset,
  staged: StagedRatings,
  options: ImportOptions,
): Promise<Omit<ImportReport, "replaced" | "lost">> {
  const sizes = new Map(source.files.map(({ name, size }) => [name, size]));
  const { movies, users, ratings } = detected.files;
  const totalBytes = [movies, users, ratings].reduce((sum, file) => sum + (sizes.get(file ?? "") ?? 0), 0);
  let bytes = 0;
  let file = "";
  let skipped = 0;
  const loadedTitles = titlesOfImported(db);
  const gone = { users: deletedUsers(db), ratings: deletedRatings(db) };
  const leftOut = { users: 0, ratings: 0 };
  const knownMovies = new Set<MovieId>();
  const knownUsers = new Set<UserId>();
  const writer = createRowWriter(db);
  const uniqueMovies = new UniqueRows<MovieId>("movie");
  const uniqueUsers = new UniqueRows<UserId>("user");
  let position = 0;
  let sameTitles = 0;
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
    checkMovie: (row) => {
      if (!uniqueMovies.isNew(row.movieId, `${row.title}\n${row.genres.join("|")}`, row.line)) return;
      knownMovies.add(row.movieId);
      if (loadedTitles.get(row.movieId) === row.title) sameTitles++;
      writer.putMovie({ ...row, position: position++ });
    },
    checkUser: ({ line, ...row }) => {
      if (!uniqueUsers.isNew(row.userId, Object.values(row).join("\n"), line)) return;
      knownUsers.add(row.userId);
      if (gone.users.has(row.userId)) leftOut.users++;
      else writer.putUser(row);
    },
    checkRating: (rating) => {
      const { userId, movieId } = rating;
      if (!knownMovies.has(movieId)) throw new BadField(`the id of a movie in ${movies}`, String(movieId));
      if (users !== undefined && !knownUsers.has(userId))
        throw new BadField(`the id of a user in ${users}`, String(userId));
      if (gone.users.has(userId) || (gone.ratings.size > 0 && gone.ratings.has(`${userId} ${movieId}`))) {
        leftOut.ratings++;
        return;
      }
      staged.add(rating);
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
      if (gone.users.has(userId)) leftOut.users++;
      else writer.putUser({ userId, gender: null, ageGroup: null, occupation: null, zipCode: null });
    }
    count += rows.length;
  }
  if (knownMovies.size === 0 || count === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `expected movies and ratings in ${source.label}, received ${knownMovies.size} and ${count}`,
    );
  }
  checkSame(detected.name, { shared: sameTitles, held: loadedTitles.size }, staged.overlap());
  const merged = staged.merge();
  writer.changes.ratings = merged.changed;
  const removed = { ...removeGone(db, knownUsers, knownMovies), ratings: merged.removed };
  let unlinked: LinkReport["unlinked"] = [];
  if (options.links !== undefined || detected.files.links !== undefined) {
    const links = importLinks(db, await readLinkReference(options.links ?? source, { ...read, onBytes: undefined }));
    writer.changes.links = links.changed;
    unlinked = links.unlinked;
  }
  return {
    dataset: detected.name,
    users: countUsers(db),
    movies: countMovies(db),
    ratings: countRatings(db),
    linked: countLinked(db),
    skipped,
    duplicates: staged.duplicates,
    changed: writer.changes,
    removed,
    leftOut,
    hasTimes: db.sqlite.prepare("SELECT 1 FROM ratings WHERE rated_at IS NOT NULL LIMIT 1").get() !== undefined,
    unlinked,
  };
}

/** Of movies as they were imported. */
function titlesOfImported(db: Database): Map<MovieId, string> {
  const imported = allMovies(db).filter((movie) => !movie.edited && movie.id < firstOwnId);
  return new Map(imported.map(({ id, title }) => [id, title]));
}

interface Overlap {
  shared: number;
  held: number;
}

/**
 * A folder's name says which data set it holds only where GroupLens gave it: two folders called `data` are one data set where
 * at least half of the movies (by number and title) and of the ratings (by user and movie) that are loaded stand in both.
 */
function checkSame(name: string, titles: Overlap, ratings: Overlap): void {
  if (publishedNames.includes(name)) return;
  if (titles.shared * 2 >= titles.held && ratings.shared * 2 >= ratings.held) return;
  throw new AppError(
    "DATA_OTHER_DATASET",
    `expected the data set ${received(name)} again, which is loaded, received another one of the same name: it has ${titles.shared} of ` +
      `its ${titles.held} movies and ${ratings.shared} of its ${ratings.held} ratings. Use another DATA_DIR, or --replace to take the loaded one out`,
  );
}
