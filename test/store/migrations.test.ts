/** A database of an earlier version opens with everything in it, and serves on. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { userId } from "../../src/ids.js";
import { openDatabase } from "../../src/store/sqlite/database.js";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.js";
import { emptyFolder } from "../support/fixture.js";
import { dataset } from "./data.js";

test("a database from before progress, revisions, prepared users, previews, dismissals, imported ratings and maps is brought up to date, and keeps its rows", async () => {
  const file = join(await emptyFolder(), "marquee.db");
  const before = openSqliteStore(file);
  await before.imports.create(dataset);
  await before.close();
  const old = openDatabase(file);
  old.sqlite.exec("DROP TABLE job_progress; DELETE FROM settings WHERE key = 'ratingsRevision'");
  old.sqlite.exec(`DROP TABLE dismissals; DROP TABLE poster_maps; DROP TABLE rating_import_changes; DROP TABLE rating_imports; DROP TABLE prepared_users; DROP TABLE poster_previews; DROP TRIGGER users_revision; DROP TRIGGER ratings_revision_insert;
    DROP TRIGGER ratings_revision_update; DROP TRIGGER ratings_revision_delete; ALTER TABLE users DROP COLUMN revision`);
  old.sqlite.exec(`DELETE FROM __drizzle_migrations WHERE created_at IN
    (SELECT created_at FROM __drizzle_migrations ORDER BY created_at DESC LIMIT 7)`);
  old.close();
  const store = openSqliteStore(file);
  onTestFinished(() => store.close());
  expect(await store.ratings.count()).toBe(dataset.ratings.length);
  expect((await store.users.byIds([userId(1)]))[0]).toMatchObject({ occupation: "artist", revision: 1 });
  expect(await store.ratings.version()).toBe("0");
  const progress = { kind: "mf", phase: "fit", done: 1, state: "DONE" as const, at: "2026-01-01T00:00:00Z" };
  await store.progress.report(progress);
  expect(await store.progress.latest()).toEqual(progress);
});
