/**
 * Imports a MovieLens data set in one atomic step: killed half-way, the store is as it was before.
 * A second import of the same data changes nothing; a newer release of the same data set replaces the older one.
 */
import { readLinkReference } from "../../datasets/linking/link.js";
import { detectDataset } from "../../datasets/movielens/detect.js";
import { publishedNames } from "../../datasets/movielens/releases.js";
import type { Source } from "../../datasets/movielens/source.js";
import { AppError } from "../../errors.js";
import type { Services } from "../../services/services.js";
import type { DuplicatePolicy, MergeReport } from "../../store/imports.js";
import { planLinks, type UnlinkedMovie } from "./match-links.js";
import { type ReadDatasetOptions, readDataset } from "./read-dataset.js";

export interface ImportOptions extends ReadDatasetOptions {
  /** A newer MovieLens release to take IMDb and TMDB ids from. */
  links?: Source;
  /** Which rating counts where a user rated a movie more than once; by default the newest. */
  duplicates?: DuplicatePolicy;
  /** Remove whatever data set is loaded, with what people made of it, and import into an empty store. */
  replace?: boolean;
}

export interface ImportReport extends MergeReport {
  dataset: string;
  /** Bad lines that were skipped. */
  skipped: number;
  /** Ratings of a movie that the user had rated already, of which one counts. */
  duplicates: number;
  unlinked: readonly UnlinkedMovie[];
}

/**
 * @throws {AppError} DATA_FORMAT, DATA_BAD_LINE; DATA_EMPTY where nothing is left to import; DATA_OTHER_DATASET when
 *   another data set is loaded, or people made something of the embedded one; DATABASE_BUSY; INTERRUPTED
 */
export async function importDataset(
  { store }: Pick<Services, "store">,
  source: Source,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const detected = await detectDataset(source);
  const { name, kind } = detected;
  const { duplicates = "newest", replace = false } = options;
  const staged = await store.imports.stage({ dataset: { name, kind }, replace, duplicates });
  try {
    const { skipped, read } = await readDataset(source, detected, staged, options);
    const hasLinks = options.links !== undefined || detected.files.links !== undefined;
    const links = hasLinks
      ? planLinks(await readLinkReference(options.links ?? source, { ...read, onBytes: undefined }))
      : undefined;
    options.signal?.throwIfAborted();
    const report = await staged.merge({ isNameUnique: publishedNames.includes(name), links });
    return {
      dataset: name,
      ...report,
      skipped: skipped(),
      duplicates: staged.duplicates,
      unlinked: links?.unlinked ?? [],
    };
  } catch (error) {
    if (options.signal?.aborted) {
      throw new AppError("INTERRUPTED", "interrupted: nothing was imported, the database is as before", {
        cause: error,
      });
    }
    throw error;
  } finally {
    staged.discard();
  }
}
