/**
 * What every store promises, as one suite: order, ties, limits, unknown ids, empty lists, concurrent writers, what is atomic, and
 * what others hear. `npm test` runs it on SQLite.
 */
import { describe } from "vitest";
import type { Store } from "../../src/store/store.js";
import { accessContract } from "./contract-access.js";
import { changesContract } from "./contract-changes.js";
import { dismissalContract } from "./contract-dismissals.js";
import { importContract } from "./contract-imports.js";
import { movieContract } from "./contract-movies.js";
import { posterContract } from "./contract-posters.js";
import { ratingImportContract } from "./contract-rating-imports.js";
import { ratingContract } from "./contract-ratings.js";
import { userContract } from "./contract-users.js";

/** Opens the same data once more with each call, as another process would; all is closed and removed after the test. */
export type OpenStore = () => Promise<Store>;

/** @param makeStore makes an empty store for one test */
export function storeContract(name: string, makeStore: () => Promise<OpenStore>): void {
  describe(`${name}`, () => {
    movieContract(makeStore);
    userContract(makeStore);
    ratingContract(makeStore);
    dismissalContract(makeStore);
    ratingImportContract(makeStore);
    posterContract(makeStore);
    importContract(makeStore);
    accessContract(makeStore);
    changesContract(makeStore);
  });
}
