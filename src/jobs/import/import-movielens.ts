/** Imports a MovieLens data set from a zip or a folder, or downloads it first. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type DatasetName, datasetNames, downloadDataset } from "../../datasets/movielens/releases.js";
import { openSource } from "../../datasets/movielens/source.js";
import { AppError, received } from "../../errors.js";
import type { Services } from "../../services/services.js";
import type { DuplicatePolicy } from "../../store/imports.js";
import { type Progress, silent } from "../progress.js";
import { type ImportReport, importDataset } from "./import-dataset.js";
import { createSkippedLines, type SkippedKind } from "./skipped-lines.js";

export interface ImportMovieLensOptions {
  /** A zip, a folder, or the name of a data set, which is downloaded. */
  from: string;
  /** A zip or folder of a newer release to take IMDb and TMDB ids from. */
  links?: string;
  /** Skip bad lines, up to half of a file's, instead of stopping at the first. */
  skipBad?: boolean;
  /** Which rating counts where a user rated a movie more than once; by default the newest. */
  duplicates?: DuplicatePolicy;
  /** Remove the loaded data set with everything that people added to it. */
  replace?: boolean;
  /** Where data sets are downloaded from; by default GroupLens. */
  baseUrl?: string;
  signal?: AbortSignal;
}

export interface MovieLensReport extends ImportReport {
  skippedKinds: SkippedKind[];
}

/**
 * Stopped by the signal, it leaves the database as it was.
 * @throws {AppError} FILE_UNREADABLE, DOWNLOAD_FAILED, INTERRUPTED; as `openSource` and `importDataset`
 */
export async function importMovieLens(
  services: Services,
  options: ImportMovieLensOptions,
  progress: Progress = silent,
): Promise<MovieLensReport> {
  const { from, signal, links: linksPath, baseUrl: _, ...rest } = options;
  // Opened first: a download takes long, and would be in vain.
  const links = linksPath === undefined ? undefined : await openSource(linksPath);
  let downloaded: string | undefined;
  try {
    if (isDatasetName(from)) downloaded = await download(services, from, options, progress);
    const source = await openSource(downloaded ?? checkSource(from));
    const skipped = createSkippedLines(progress);
    try {
      const report = await importDataset(services, source, {
        ...rest,
        links,
        signal,
        onProgress: (done, total, detail) => progress.update({ stage: "import", done, total, unit: "MB", detail }),
        onBadLine: skipped.add,
      });
      return { ...report, skippedKinds: skipped.kinds() };
    } finally {
      await source.close();
    }
  } finally {
    await links?.close();
    if (downloaded !== undefined) await rm(downloaded, { force: true });
  }
}

function isDatasetName(text: string): text is DatasetName {
  return (datasetNames as readonly string[]).includes(text) && !existsSync(text);
}

/** A word that is neither a path nor the name of a data set is most likely a mistyped name. */
function checkSource(from: string): string {
  if (existsSync(from) || from.includes("/") || from.includes(".")) return from;
  throw new AppError(
    "FILE_UNREADABLE",
    `expected a zip, a folder, or the name of a data set (${datasetNames.join(", ")}), received ${received(from)}`,
  );
}

function download(
  { folders }: Services,
  name: DatasetName,
  { baseUrl, signal }: ImportMovieLensOptions,
  progress: Progress,
): Promise<string> {
  return downloadDataset(name, {
    baseUrl,
    toFolder: folders.downloads,
    signal,
    onProgress: (done, total) => progress.update({ stage: `download ${name}`, done, total, unit: "MB" }),
  });
}
