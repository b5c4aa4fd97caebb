/** Decides whether a data set may be imported over the loaded one. */
import { AppError, received } from "../../../errors.js";
import { type MadeByPeople, type StageOptions, toCountWords } from "../../imports.js";
import type { Dataset } from "../../settings.js";
import type { Database } from "../database.js";
import { createServingReader } from "../settings.js";
import { countMadeByPeople } from "./made-by-people.js";

/**
 * @returns the data set that it replaces, and what people made of that one
 * @throws {AppError} DATA_OTHER_DATASET where another one is loaded, or people made something of the embedded one
 */
export function checkLoaded(
  db: Database,
  { dataset, replace }: Pick<StageOptions, "dataset" | "replace">,
): { replaced: Dataset | undefined; isFirst: boolean; lost: MadeByPeople | null } {
  const loaded = createServingReader(db)().dataset;
  const isSame = loaded?.name === dataset.name && loaded.kind === dataset.kind;
  if (loaded === undefined || (isSame && !replace)) {
    return { replaced: undefined, isFirst: loaded === undefined, lost: null };
  }
  const made = countMadeByPeople(db);
  // A deleted synthetic user is nothing to keep.
  const words = toCountWords(loaded.kind === "embedded" ? { ...made, deletions: 0 } : made);
  if (!replace) {
    // The embedded set is for trying Marquee out: the first real import replaces it, unless somebody made it theirs.
    if (loaded.kind !== "embedded") throw otherDataset(loaded.name, dataset.name);
    if (words !== "") {
      throw new AppError(
        "DATA_OTHER_DATASET",
        `expected an empty data folder, or the embedded data set as it was set up, received one that people made their own (${words}): ` +
          "their movies go with it. Use another DATA_DIR, or --replace to take all of that out",
      );
    }
  }
  return { replaced: loaded, isFirst: false, lost: words === "" ? null : made };
}

function otherDataset(loaded: string, other: string): AppError {
  return new AppError(
    "DATA_OTHER_DATASET",
    `expected ${received(loaded)}, which is loaded, received ${received(other)}: their users have the same ` +
      "numbers but are different people. Use another DATA_DIR, or --replace to take the loaded one out",
  );
}
