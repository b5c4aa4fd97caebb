/** `marquee import` and `marquee link`. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { Config } from "../config.js";
import { importDataset } from "../db/import.js";
import { importLinks } from "../db/import-links.js";
import { linkState } from "../db/link-report.js";
import { type DatasetName, datasetNames } from "../db/movielens/datasets.js";
import { downloadDataset } from "../db/movielens/download.js";
import { readLinkReference } from "../db/movielens/link.js";
import { openSource } from "../db/movielens/source.js";
import { countMovies } from "../db/movies.js";
import { write } from "../db/write.js";
import { AppError } from "../errors.js";
import { interruptSignal, withServices } from "./context.js";
import { print, printJson, printTable, say, seconds } from "./output.js";
import { createProgress } from "./progress.js";

/** So many bad lines are shown one by one with --skip-bad. */
const badLinesShown = 20;

export function addImportCommands(program: Command): void {
  program
    .command("import")
    .summary("import a MovieLens data set")
    .description(
      `Import a MovieLens data set: a zip or folder in the layout of 100K, 1M or the CSV releases, or one of ${datasetNames.join(", ")}, which is downloaded from GroupLens first.`,
    )
    .argument("<source>", "zip, folder, or name of a data set")
    .option("--links <source>", "zip or folder of a newer release with links.csv and movies.csv, for IMDb and TMDB ids")
    .option("--skip-bad", "count bad lines and go on, instead of stopping at the first")
    .option("--replace", "take out another data set that is loaded, with its ratings")
    .option("--json", "print the result as JSON")
    .action(
      async (
        from: string,
        options: { links?: string; skipBad?: boolean; replace?: boolean; json?: boolean },
        command: Command,
      ) => {
        const started = performance.now();
        await withServices(command, async ({ db, folders }, config) => {
          const interrupt = interruptSignal("Interrupted: putting the database back as it was …");
          // Opened before anything is downloaded for nothing.
          const links = options.links === undefined ? undefined : await openSource(options.links);
          const downloaded = isDatasetName(from)
            ? await download(from, config, folders.posters, interrupt.signal)
            : undefined;
          const source = await openSource(downloaded ?? from);
          let badLines = 0;
          let progress: ReturnType<typeof createProgress> | undefined;
          const report = await importDataset(db, source, {
            links,
            skipBad: options.skipBad,
            replace: options.replace,
            signal: interrupt.signal,
            onProgress: (bytes, total, file) => {
              progress ??= createProgress("import", total, "MB");
              progress.update(bytes, file);
            },
            onBadLine: ({ message }) => {
              badLines++;
              if (badLines <= badLinesShown) say(`skipped: ${message}`);
              else if (badLines === badLinesShown + 1) say("skipped: further bad lines are only counted");
            },
          }).finally(async () => {
            progress?.stop();
            interrupt.release();
            await source.close();
            await links?.close();
            if (downloaded !== undefined) await rm(downloaded, { force: true });
          });
          const { unlinked, ...counts } = report;
          const changes = Object.values(report.changed).reduce((sum, n) => sum + n, 0);
          if (report.replaced !== null)
            say(`took the data set ${report.replaced} out; ${report.dataset} is in its place`);
          if (options.json) return printJson({ ...counts, unlinked: unlinked.length });
          print(
            `${report.dataset}: ${report.users} users, ${report.movies} movies (${report.linked} linked to IMDb${report.linked > 0 && unlinked.length > 0 ? `, ${unlinked.length} not: marquee link says why` : ""}), ${report.ratings} ratings` +
              `${report.skipped > 0 ? `, ${report.skipped} bad lines skipped` : ""}; ` +
              `${changes === 0 ? "nothing had changed" : `${changes} rows added or changed`}, in ${seconds(started)}`,
          );
        });
      },
    );

  program
    .command("link")
    .summary("take IMDb and TMDB ids from a newer MovieLens release, or report on them")
    .description(
      "Take IMDb and TMDB ids by movie id from a newer MovieLens release, checked by title and year. Links made by hand stay.",
    )
    .option("--from <source>", "zip or folder with links.csv and movies.csv")
    .option("--report", "print what is linked, what is uncertain and what is not, and change nothing")
    .option("--json", "print the result as JSON")
    .action(runLink);
}

async function runLink(options: { from?: string; report?: boolean; json?: boolean }, command: Command): Promise<void> {
  if ((options.from === undefined) === (options.report === undefined)) {
    throw new AppError("USAGE", "expected either --from <source> to link, or --report, received both or none");
  }
  await withServices(command, async ({ db }) => {
    if (countMovies(db) === 0)
      throw new AppError("DATA_EMPTY", "expected movies to link, but none are loaded: run marquee import");
    let changed: number | undefined;
    if (options.from !== undefined) {
      const source = await openSource(options.from);
      const reference = await readLinkReference(source);
      await source.close();
      ({ changed } = await write(db, () => importLinks(db, reference)));
    }
    const state = linkState(db);
    if (options.json) return printJson({ ...state, changed });
    for (const { movieId, title, reason } of state.unlinked) print(`not linked: ${movieId} ${title}: ${reason}`);
    if (options.report && state.uncertain.length > 0) {
      print("Uncertain: accept with linkImdb, or find others with linkCandidates");
      printTable(
        ["movie", "title", "IMDb", "sure", "evidence"],
        state.uncertain.map((row) => [row.movieId, row.title, row.imdbId, row.confidence, row.evidence]),
        [0, 3],
      );
    }
    const change = changed === undefined ? "" : changed === 0 ? "; nothing had changed" : `; ${changed} changed`;
    print(
      `${state.linked} of ${state.movies} movies are linked to IMDb, ${state.uncertain.length} of them uncertain, ` +
        `${state.unlinkable} without a link for the reason shown${change}`,
    );
  });
}

function isDatasetName(text: string): text is DatasetName {
  return (datasetNames as readonly string[]).includes(text) && !existsSync(text);
}

async function download(name: DatasetName, config: Config, besides: string, signal: AbortSignal): Promise<string> {
  let progress: ReturnType<typeof createProgress> | undefined;
  try {
    return await downloadDataset(name, {
      baseUrl: config.movielensUrl,
      toFolder: join(besides, "..", "downloads"),
      signal,
      onProgress: (bytes, total) => {
        progress ??= createProgress(`download ${name}`, total, "MB");
        progress.update(bytes);
      },
    });
  } finally {
    progress?.stop();
  }
}
