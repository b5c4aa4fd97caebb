/** Gathers a data set's rows and merges them into the database in one transaction. */
import { AppError, received } from "../../../errors.js";
import { firstOwnId, type MovieId, type UserId } from "../../../ids.js";
import { unixNow } from "../../../unix-time.js";
import type { ChangeFeed } from "../../changes.js";
import type {
  ImportedMovie,
  ImportedUser,
  MergeOptions,
  MergeReport,
  StagedImport,
  StageOptions,
} from "../../imports.js";
import type { Database } from "../database.js";
import { createDeletions } from "../deletions.js";
import { recountAfter } from "../recount.js";
import { countChangeOfUsers, countMovieChange, createCounter } from "../settings.js";
import { write } from "../transaction.js";
import { checkLoaded } from "./check-loaded.js";
import { replaceLinks } from "./replace-links.js";
import { clearDataset, createRowWriter, deleteMissing } from "./row-writer.js";
import { stageRatings } from "./staged-ratings.js";

/** @param db a connection of its own, which is closed at the end: its temporary table must not be in another's way */
export function stageImport(db: Database, feed: ChangeFeed, options: StageOptions): StagedImport {
  const { dataset, duplicates } = options;
  const deletions = createDeletions(db);
  // What people deleted of a data set that is replaced, they did not delete of this one.
  const keepsDeletions = checkLoaded(db, options).replaced === undefined;
  const deleted = {
    users: keepsDeletions ? deletions.users() : new Set<UserId>(),
    ratings: keepsDeletions ? deletions.ratings() : new Set<string>(),
  };
  const leftOut = { users: 0, ratings: 0 };
  const movies = new Map<MovieId, ImportedMovie>();
  const users = new Map<UserId, ImportedUser>();
  const ratings = stageRatings(db, duplicates);

  function merge({ isNameUnique, links }: MergeOptions): MergeReport {
    const { replaced, isFirst, lost } = checkLoaded(db, options);
    const isReplaced = replaced !== undefined;
    if (isReplaced) clearDataset(db);
    // Somebody may have deleted a rating while the files were read.
    const deletedUsers = deletions.users();
    if (deletedUsers.size !== deleted.users.size || deletions.ratings().size !== deleted.ratings.size)
      ratings.dropDeleted();
    if (!isNameUnique) checkSameRows(dataset.name, countSameTitles(), ratings.overlap());
    const writer = createRowWriter(db);
    let position = 0;
    for (const movie of movies.values()) writer.putMovie(movie, position++);
    for (const user of users.values()) if (!deletedUsers.has(user.userId)) writer.putUser(user);
    const { changed, removed, users: raters } = ratings.merge();
    // The triggers that count each change are off meanwhile.
    countChangeOfUsers(db, raters);
    const missing = deleteMissing(db, new Set(users.keys()), new Set(movies.keys()));
    const linkChanges = links === undefined ? 0 : replaceLinks(db, links);
    if (isFirst || isReplaced) {
      insertDataset();
      createCounter(db, "moviesRevision")();
    } else if (writer.changed.movies > 0 || missing.movies > 0) countMovieChange(db);
    const counts = [writer.changed.users, changed, removed, missing.users, missing.movies];
    if (isReplaced || counts.some((count) => count > 0)) createCounter(db, "ratingsRevision")();
    return {
      ...countRows(db),
      changed: { ...writer.changed, ratings: changed, links: linkChanges },
      removed: { ...missing, ratings: removed },
      leftOut,
      replaced: replaced?.name ?? null,
      lost,
    };
  }

  /** Movies that are loaded as they were imported, and how many of them have the same id and title here. */
  function countSameTitles(): Overlap {
    const imported = db.sqlite
      .prepare(`SELECT id, title FROM movies WHERE NOT edited AND id < ${firstOwnId}`)
      .all() as { id: MovieId; title: string }[];
    const shared = imported.filter(({ id, title }) => movies.get(id)?.title === title).length;
    return { shared, held: imported.length };
  }

  function insertDataset(): void {
    const { name, kind } = dataset;
    db.sqlite
      .prepare("INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, ?, ?, 0, ?)")
      .run(name, kind, unixNow());
  }

  return {
    get duplicates() {
      return ratings.duplicates;
    },
    addMovie: (movie) => {
      movies.set(movie.movieId, movie);
    },
    addUser: (user) => {
      users.set(user.userId, user);
      if (deleted.users.has(user.userId)) leftOut.users++;
    },
    addRating: (rating) => {
      const { userId, movieId } = rating;
      if (deleted.users.has(userId) || (deleted.ratings.size > 0 && deleted.ratings.has(`${userId} ${movieId}`))) {
        leftOut.ratings++;
        return true;
      }
      return ratings.add(rating);
    },
    merge: async (given) => {
      ratings.finish();
      const report = await write(db, () => recountAfter(db, () => merge(given)));
      feed.publish({ subject: "dataset" });
      return report;
    },
    discard: () => {
      ratings.drop();
      db.close();
    },
  };
}

interface Overlap {
  shared: number;
  held: number;
}

/** Two data sets of one name are the same where at least half of the loaded movies and ratings are in both. */
function checkSameRows(name: string, titles: Overlap, ratings: Overlap): void {
  if (titles.shared * 2 >= titles.held && ratings.shared * 2 >= ratings.held) return;
  throw new AppError(
    "DATA_OTHER_DATASET",
    `expected the data set ${received(name)} again, which is loaded, received another one of the same name: it has ${titles.shared} of ` +
      `its ${titles.held} movies and ${ratings.shared} of its ${ratings.held} ratings. Use another DATA_DIR, or --replace to take the loaded one out`,
  );
}

function countRows({ sqlite }: Database): Pick<MergeReport, "users" | "movies" | "ratings" | "linked" | "hasTimes"> {
  const count = (rows: string) => sqlite.prepare(`SELECT count(*) FROM ${rows}`).pluck().get() as number;
  return {
    users: count("users"),
    movies: count("movies"),
    ratings: count("ratings"),
    linked: count("movies WHERE imdb_id IS NOT NULL"),
    hasTimes: count("(SELECT 1 FROM ratings WHERE rated_at IS NOT NULL LIMIT 1)") === 1,
  };
}
