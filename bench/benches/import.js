/**
 * The import of MovieLens 1M with links into a fresh database, the whole command, and `sqlite3 .import` of the same three tables with the same indexes,
 * from CSV files that were written before. Skipped where the archives or the sqlite3 program are absent.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { alternate, toTimeResult } from "../measure.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here("../../bin/marquee.js");
const archives = ["ml-1m.zip", "ml-25m-links.zip"].map((name) => here(`../../../shared/data/${name}`));

const tables = {
  users: ["id", "gender", "age_group", "occupation", "zip_code"],
  movies: ["id", "position", "title", "display_title", "year", "genres", "imdb_id", "tmdb_id"],
  ratings: ["id", "user_id", "movie_id", "rating", "rated_at"],
};
const indexes = `
  CREATE UNIQUE INDEX movies_imdb_id ON movies (imdb_id); CREATE INDEX movies_display_title ON movies (display_title);
  CREATE UNIQUE INDEX ratings_user_movie ON ratings (user_id, movie_id);
  CREATE INDEX ratings_movie_time ON ratings (movie_id, rated_at); CREATE INDEX ratings_time ON ratings (rated_at);`;

export async function importBench({ quick }) {
  const missing = archives.find((file) => !existsSync(file));
  if (missing !== undefined) return { name: "import", skipped: "the archives of MovieLens are absent" };
  try {
    execFileSync("sqlite3", ["--version"]);
  } catch {
    return { name: "import", skipped: "the sqlite3 program is not installed" };
  }
  const folder = mkdtempSync(join(tmpdir(), "marquee-bench-"));
  const marquee = (dataDir) =>
    execFileSync(process.execPath, [program, "import", archives[0], "--links", archives[1], "--data-dir", dataDir], {
      stdio: "ignore",
    });
  marquee(join(folder, "source"));
  writeTables(join(folder, "source", "marquee.db"), folder);
  const seconds = (work) => {
    const started = performance.now();
    work();
    return (performance.now() - started) / 1000;
  };
  const count = (file) => new Sqlite(file, { readonly: true }).prepare("SELECT count(*) FROM ratings").pluck().get();
  let round = 0;
  const check = (file) => {
    if (count(file) !== 1_000_209) throw new Error(`expected 1,000,209 ratings, received ${count(file)}`);
    rmSync(file, { force: true });
  };
  const rounds = await alternate(quick ? 1 : 3, {
    ours: async () => {
      const dataDir = join(folder, `ours-${round++}`);
      const taken = seconds(() => marquee(dataDir));
      check(join(dataDir, "marquee.db"));
      return taken;
    },
    yardstick: async () => {
      const file = join(folder, `plain-${round++}.db`);
      const taken = seconds(() => execFileSync("sqlite3", [file, "-cmd", ".mode csv"], { input: toScript(folder) }));
      check(file);
      return taken;
    },
  });
  rmSync(folder, { recursive: true });
  return toTimeResult("import", "s", 1.5, rounds);
}

function toScript(folder) {
  const creates = Object.entries(tables).map(
    ([table, columns]) => `CREATE TABLE ${table} (${columns.join(", ").replace("id,", "id INTEGER PRIMARY KEY,")});`,
  );
  const imports = Object.keys(tables).map((table) => `.import "${join(folder, `${table}.csv`)}" ${table}`);
  return [
    "PRAGMA journal_mode = WAL;",
    "PRAGMA synchronous = FULL;",
    ...creates,
    indexes,
    "BEGIN;",
    ...imports,
    "COMMIT;",
  ].join("\n");
}

function writeTables(file, folder) {
  const db = new Sqlite(file, { readonly: true });
  const quote = (value) =>
    value === null ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  for (const [table, columns] of Object.entries(tables)) {
    const rows = db
      .prepare(`SELECT ${columns.join(", ")} FROM ${table}`)
      .raw()
      .all();
    // Unlinked movies would collide in the unique index: an empty text is no null.
    const unique = table === "movies" ? rows.map((row) => row.with(6, row[6] ?? `none-${row[0]}`)) : rows;
    writeFileSync(join(folder, `${table}.csv`), unique.map((row) => row.map(quote).join(",")).join("\n"));
  }
  db.close();
}
