/** `marquee import` and `marquee link`. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { Config } from "../../config.js";
import { readLinkReference } from "../../datasets/linking/link.js";
import { type DatasetName, datasetNames, downloadDataset } from "../../datasets/movielens/releases.js";
import type { BadLine } from "../../datasets/movielens/rows.js";
import { openSource } from "../../datasets/movielens/source.js";
import { type ImportReport, importDataset } from "../../db/import/import-dataset.js";
import { importLinks } from "../../db/import/import-links.js";
import { type DuplicatePolicy, duplicatePolicies } from "../../db/import/import-ratings.js";
import { inWords } from "../../db/import/made-by-people.js";
import { linkState } from "../../db/link-report.js";
import { countMovies } from "../../db/movies.js";
import { write } from "../../db/write.js";
import { AppError, received } from "../../errors.js";
import { oneOf } from "../terminal/arguments.js";
import { interruptSignal, withServices } from "../terminal/command-context.js";
import { printJson, printTable, printText, say, seconds } from "../terminal/output.js";
import { createProgress } from "../terminal/progress.js";

/** So many bad lines of each kind are shown with --skip-bad. */
const badLinesShown = 3;

/** Bad lines by kind: the first few shown as they come, all of them counted. */
function createSkipped() {
  const kinds = new Map<string, { file: string; expected: string; count: number }>();
  return {
    add({ file, kind, message }: BadLine): void {
      const known = kinds.get(`${file} ${kind}`) ?? { file, expected: kind, count: 0 };
      kinds.set(`${file} ${kind}`, known);
      known.count++;
      if (known.count <= badLinesShown) say(`skipped: ${message}`);
    },
    /** Most first. */
    kinds: () => [...kinds.values()].sort((a, b) => b.count - a.count),
    sayCounts(): void {
      for (const { file, expected, count } of this.kinds()) {
        say(`skipped in all: ${count} ${count === 1 ? "line" : "lines"} of ${file} that lack ${expected}`);
      }
    },
  };
}

export function addImportCommands(program: Command): void {
  program
    .command("import")
    .summary("import a MovieLens data set")
    .description(
      `Import a MovieLens data set: a zip or folder in the layout of 100K, 1M or the CSV releases, or one of ${datasetNames.join(", ")}, which is downloaded from GroupLens first.`,
    )
    .argument("<source>", "zip, folder, or name of a data set")
    .option("--links <source>", "zip or folder of a newer release with links.csv and movies.csv, for IMDb and TMDB ids")
    .option("--skip-bad", "count bad lines and go on, instead of stopping at the first; up to half of a file's lines")
    .option(
      "--duplicates <which>",
      "which rating counts where a user rated a movie more than once: newest (of equal times the last), first, or refuse",
      oneOf("--duplicates", duplicatePolicies),
      "newest",
    )
    .option(
      "--replace",
      "take out the data set that is loaded, also one of the same name, with everything that people made of it",
    )
    .option("--json", "print the result as JSON")
    .action(
      async (
        from: string,
        options: {
          links?: string;
          skipBad?: boolean;
          duplicates: DuplicatePolicy;
          replace?: boolean;
          json?: boolean;
        },
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
          const source = await openSource(downloaded ?? checkedSource(from));
          const skipped = createSkipped();
          let progress: ReturnType<typeof createProgress> | undefined;
          const report = await importDataset(db, source, {
            links,
            skipBad: options.skipBad,
            duplicates: options.duplicates,
            replace: options.replace,
            signal: interrupt.signal,
            onProgress: (bytes, total, file) => {
              progress ??= createProgress("import", total, "MB");
              progress.update(bytes, file);
            },
            onBadLine: skipped.add,
          }).finally(async () => {
            progress?.stop();
            interrupt.release();
            await source.close();
            await links?.close();
            if (downloaded !== undefined) await rm(downloaded, { force: true });
          });
          const { unlinked, ...counts } = report;
          const gone = Object.values(report.removed).reduce((sum, n) => sum + n, 0);
          const changes = Object.values(report.changed).reduce((sum, n) => sum + n, 0);
          skipped.sayCounts();
          for (const note of notesOn(report)) say(note);
          if (options.json) return printJson({ ...counts, unlinked: unlinked.length, skippedKinds: skipped.kinds() });
          printText(
            `${report.dataset}: ${report.users} users, ${report.movies} movies (${report.linked} linked to IMDb${report.linked > 0 && unlinked.length > 0 ? `, ${unlinked.length} not: marquee link says why` : ""}), ${report.ratings} ratings` +
              `${report.skipped > 0 ? `, ${report.skipped} bad lines skipped` : ""}; ` +
              `${changes + gone === 0 ? "nothing had changed" : `${changes} rows added or changed${gone > 0 ? `, ${gone} removed` : ""}`}, in ${seconds(started)}`,
          );
        });
      },
    );

  addLinkCommand(program);
}

/** What somebody would not expect without being told. */
function notesOn({ dataset, replaced, lost, removed, leftOut, duplicates, hasTimes }: ImportReport): string[] {
  const notes: string[] = [];
  if (replaced !== null) notes.push(`took the data set ${replaced} out; ${dataset} is in its place`);
  if (lost !== null) notes.push(`with it went what people had made of it: ${inWords(lost)}`);
  const gone = inWords(removed);
  if (gone !== "") notes.push(`removed, since the files no longer hold it: ${gone}`);
  const stays = inWords(leftOut);
  if (stays !== "") notes.push(`left out, since it was deleted here: ${stays} (--replace brings it back)`);
  if (duplicates > 0)
    notes.push(`${duplicates} ratings of a movie that the user had rated already: one of each counts (--duplicates)`);
  if (!hasTimes) notes.push("no times in these files: when movies were rated is not known");
  return notes;
}

function addLinkCommand(program: Command): void {
  program
    .command("link")
    .summary("take IMDb and TMDB ids from a newer MovieLens release, or report on them")
    .description(
      "Take IMDb and TMDB ids by movie id from a newer MovieLens release, checked by title and year. Links made by hand stay.",
    )
    .option("--from <source>", "zip or folder with links.csv and movies.csv")
    .option("--skip-bad", "count bad lines and go on, instead of stopping at the first; up to half of a file's lines")
    .option("--report", "print what is linked, what is uncertain and what is not, and change nothing")
    .option("--json", "print the result as JSON")
    .action(runLink);
}

async function runLink(
  options: { from?: string; skipBad?: boolean; report?: boolean; json?: boolean },
  command: Command,
): Promise<void> {
  if ((options.from === undefined) === (options.report === undefined)) {
    throw new AppError("USAGE", "expected either --from <source> to link, or --report, received both or none");
  }
  await withServices(command, async ({ db }) => {
    if (countMovies(db) === 0)
      throw new AppError("DATA_EMPTY", "expected movies to link, but none are loaded: run marquee import");
    let changed: number | undefined;
    if (options.from !== undefined) {
      const source = await openSource(options.from);
      const skipped = createSkipped();
      const skipBad = options.skipBad ?? false;
      const reference = await readLinkReference(source, { skipBad, onBadLine: skipped.add }).finally(() =>
        source.close(),
      );
      skipped.sayCounts();
      ({ changed } = await write(db, () => importLinks(db, reference)));
    }
    const state = linkState(db);
    if (options.json) return printJson({ ...state, changed });
    for (const { movieId, title, reason } of state.unlinked) printText(`not linked: ${movieId} ${title}: ${reason}`);
    if (options.report && state.uncertain.length > 0) {
      printText("Uncertain: accept with linkImdb, or find others with linkCandidates");
      printTable(
        ["movie", "title", "IMDb", "sure", "evidence"],
        state.uncertain.map((row) => [row.movieId, row.title, row.imdbId, row.confidence, row.evidence]),
        [0, 3],
      );
    }
    const change = changed === undefined ? "" : changed === 0 ? "; nothing had changed" : `; ${changed} changed`;
    printText(
      `${state.linked} of ${state.movies} movies are linked to IMDb, ${state.uncertain.length} of them uncertain, ` +
        `${state.unlinkable} without a link for the reason shown${change}`,
    );
  });
}

/** A word that is neither a path nor a data set's name is most likely meant to be a name. */
function checkedSource(from: string): string {
  if (existsSync(from) || from.includes("/") || from.includes(".")) return from;
  throw new AppError(
    "FILE_UNREADABLE",
    `expected a zip, a folder, or the name of a data set (${datasetNames.join(", ")}), received ${received(from)}, which is none of these`,
  );
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
