/** Choices that outlive a process: the active model, the active encoder, the loaded data set. */
import { eq } from "drizzle-orm";
import type { Database } from "./open.js";
import { dataset, settings } from "./tables.js";

export type Dataset = Omit<typeof dataset.$inferSelect, "id">;
export type SettingKey = (typeof settings.$inferSelect)["key"];

/** The data set that is loaded, or undefined in an empty database. */
export function currentDataset(db: Database): Dataset | undefined {
  // Every request asks, some of them twice: the SQL is made once.
  const select = selects.get(db) ?? selectDataset(db);
  selects.set(db, select);
  return select.get();
}

const selects = new WeakMap<Database, ReturnType<typeof selectDataset>>();

function selectDataset(db: Database) {
  return db.orm
    .select({
      name: dataset.name,
      kind: dataset.kind,
      synthetic: dataset.synthetic,
      importedAt: dataset.importedAt,
      revision: dataset.revision,
    })
    .from(dataset)
    .prepare();
}

export function getSetting(db: Database, key: SettingKey): string | undefined {
  return db.orm.select({ value: settings.value }).from(settings).where(eq(settings.key, key)).get()?.value;
}

export function setSetting(db: Database, key: SettingKey, value: string): void {
  db.orm.insert(settings).values({ key, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run();
}
