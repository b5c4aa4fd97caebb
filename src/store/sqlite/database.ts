/**
 * The SQLite file of a data folder, opened for several processes at once: write-ahead log, foreign keys enforced,
 * every commit on disk before it is answered (`synchronous=FULL`).
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { AppError } from "../../errors.js";
import { foldText, indexWords, sortKey } from "../../fold-text.js";

/** One open database: plain SQL through `sqlite`, typed queries through `orm`; both are the same connection. */
export interface Database {
  readonly sqlite: Sqlite.Database;
  readonly orm: BetterSQLite3Database;
  close(): void;
}

export interface OpenOptions {
  /** How long a statement waits for another process's lock. It blocks the thread: a server keeps it short. */
  busyTimeoutMs?: number;
  /** Called with every statement that runs, its values filled in. */
  onSql?: (sql: string) => void;
}

const migrationsFolder = fileURLToPath(new URL("../../../migrations", import.meta.url));

/**
 * Opens (or makes) the database file and brings its tables up to date.
 * @throws {AppError} FILE_UNREADABLE when the file cannot be opened or is no database;
 *   DATABASE_INCOMPATIBLE when a newer Marquee made it; DATABASE_BUSY when another process holds it too long
 */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  let sqlite: Sqlite.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    checkNotEmptied(file);
    sqlite = new Sqlite(file, {
      timeout: 10_000,
      verbose: options.onSql === undefined ? undefined : (sql) => options.onSql?.(String(sql)),
    });
    sqlite.pragma("journal_mode = WAL");
    sqlite.pragma("synchronous = FULL");
    sqlite.pragma("foreign_keys = ON");
    sqlite.pragma("cache_size = -65536");
    // Rows that are read for the first time come without a system call for each page.
    sqlite.pragma("mmap_size = 268435456");
    defineFunctions(sqlite);
    const orm = drizzle(sqlite, { casing: "snake_case" });
    migrateOnce(sqlite, orm, file);
    sqlite.pragma(`busy_timeout = ${options.busyTimeoutMs ?? 10_000}`);
    const opened = sqlite;
    return { sqlite, orm, close: () => opened.close() };
  } catch (error) {
    sqlite?.close();
    throw asAppError(error, file);
  }
}

/** An empty file beside posters or models was a database once: what is left of it must not be mistaken for a first start. */
function checkNotEmptied(file: string): void {
  if (!existsSync(file) || statSync(file).size > 0) return;
  const others = ["posters", "models", "encoders"].filter((name) => existsSync(join(dirname(file), name)));
  if (others.length === 0) return;
  throw new AppError(
    "FILE_UNREADABLE",
    `expected a Marquee database in ${file}, received an empty file beside ${others.join(", ")}: restore it from a backup, or remove it to begin anew`,
  );
}

/** What triggers and migrations call. */
function defineFunctions(sqlite: Sqlite.Database): void {
  const define = (name: string, of: (text: string) => string) =>
    sqlite.function(name, { deterministic: true }, (text) => of(String(text ?? "")));
  define("fold_text", foldText);
  define("index_words", indexWords);
  define("sort_key", sortKey);
  define("fold_genres", foldGenres);
}

/** Genres joined by `|`. */
function foldGenres(genres: string): string {
  return genres.split("|").map(foldText).join("|");
}

function migrateOnce(sqlite: Sqlite.Database, orm: BetterSQLite3Database, file: string): void {
  const known = readMigrationFiles({ migrationsFolder });
  const newest = known.at(-1)?.folderMillis ?? 0;
  const applied = newestApplied(sqlite);
  if (applied > newest) {
    throw new AppError(
      "DATABASE_INCOMPATIBLE",
      `expected ${file} to be of this version of Marquee or an older one, but a newer one made it: update Marquee`,
    );
  }
  if (applied === newest) return;
  for (let attempt = 1; ; attempt++) {
    try {
      migrate(orm, { migrationsFolder });
      return;
    } catch (error) {
      // Two processes may open a new file together: one makes the tables, the other finds them made.
      if (newestApplied(sqlite) === newest) return;
      if (attempt === 3) throw error;
    }
  }
}

function newestApplied(sqlite: Sqlite.Database): number {
  const exists = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get();
  if (exists === undefined) return 0;
  const row = sqlite.prepare("SELECT max(created_at) AS newest FROM __drizzle_migrations").get() as {
    newest: number | null;
  };
  return Number(row.newest ?? 0);
}

function asAppError(error: unknown, file: string): unknown {
  // A folder that cannot be made: a file stands in its place, or this user may not.
  const isSystemError = error instanceof Error && "syscall" in error;
  if (!isSystemError && !(error instanceof Sqlite.SqliteError)) return error;
  if (isBusy(error)) {
    return new AppError("DATABASE_BUSY", `expected to open ${file}, but another process holds it; try again`, {
      cause: error,
    });
  }
  return new AppError("FILE_UNREADABLE", `expected a Marquee database in ${file}: ${error.message}`, { cause: error });
}

/** Whether another process's lock is what stopped a statement. */
export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
}
