import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.js";
import { storeContract } from "./contract.js";

storeContract("SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "marquee-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return async () => {
    const store = openSqliteStore(join(folder, "marquee.db"));
    onTestFinished(() => store.close());
    return store;
  };
});
