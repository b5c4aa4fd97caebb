/** `marquee import` and `marquee link`. */
import type { Command } from "commander";
import { datasetNames } from "../../datasets/movielens/releases.js";
import { AppError } from "../../errors.js";
import type { MovieLensReport } from "../../jobs/import/import-movielens.js";
import type { SkippedKind } from "../../jobs/import/skipped-lines.js";
import { type DuplicatePolicy, duplicatePolicies, toCountWords } from "../../store/imports.js";
import { oneOf } from "../terminal/arguments.js";
import { printJson, printTable, printText, say, seconds } from "../terminal/output.js";
import { runInterruptible, runJob } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";

export function addImportCommands(program: Command): void {
  program
    .command("import")
    .summary("import a MovieLens data set")
    .description(
      `import a MovieLens data set from a zip or folder in the layout of 100K, 1M or the CSV releases, or download one from GroupLens first: ${datasetNames.join(", ")}`,
    )
    .argument("<source>", "zip, folder, or name of a data set")
    .option(
      "--links <source>",
      "take IMDb and TMDB ids from links.csv and movies.csv of a newer release, a zip or folder",
    )
    .option("--skip-bad", "count and skip bad lines, up to half of a file's, instead of stopping at the first")
    .option(
      "--duplicates <which>",
      "choose which rating counts where a user rated a movie more than once: newest (the last of equal times), first, or refuse, which stops the import",
      oneOf("--duplicates", duplicatePolicies),
      "newest",
    )
    .option(
      "--replace",
      "remove the loaded data set, even one of the same name, and everything that people added to it",
    )
    .option("--json", "print the result as JSON")
    .action(runImport);

  addLinkCommand(program);
}

interface ImportFlags {
  links?: string;
  skipBad?: boolean;
  duplicates: DuplicatePolicy;
  replace?: boolean;
  json?: boolean;
}

async function runImport(from: string, { json, ...flags }: ImportFlags, command: Command): Promise<void> {
  const started = performance.now();
  const { importMovieLens } = await import("../../jobs/import/import-movielens.js");
  await withServices(command, async (services, { movielensUrl: baseUrl }) => {
    const { report } = await runInterruptible(
      "Interrupted: putting the database back as it was …",
      (progress, { signal }) => importMovieLens(services, { ...flags, from, baseUrl, signal }, progress),
    );
    const { unlinked, skippedKinds, ...counts } = report;
    saySkipped(skippedKinds);
    for (const note of describeSideEffects(report)) say(note);
    if (json) printJson({ ...counts, unlinked: unlinked.length, skippedKinds });
    else printImport(report, started);
  });
}

function printImport(report: MovieLensReport, started: number): void {
  const { dataset, users, movies, ratings, linked, unlinked, skipped } = report;
  const changed = Object.values(report.changed).reduce((sum, n) => sum + n, 0);
  const removed = Object.values(report.removed).reduce((sum, n) => sum + n, 0);
  const withoutLink = linked > 0 && unlinked.length > 0 ? `, ${unlinked.length} not: marquee link says why` : "";
  const changes = `${changed} rows added or changed${removed > 0 ? `, ${removed} removed` : ""}`;
  printText(
    `${dataset}: ${users} users, ${movies} movies (${linked} linked to IMDb${withoutLink}), ${ratings} ratings` +
      `${skipped > 0 ? `, ${skipped} bad lines skipped` : ""}; ` +
      `${changed + removed === 0 ? "nothing had changed" : changes}, in ${seconds(started)}`,
  );
}

function saySkipped(kinds: readonly SkippedKind[]): void {
  for (const { file, expected, count } of kinds) {
    say(`skipped in all: ${count} ${count === 1 ? "line" : "lines"} of ${file} that lack ${expected}`);
  }
}

/** What a user would not expect without being told. */
function describeSideEffects({
  dataset,
  replaced,
  lost,
  removed,
  leftOut,
  duplicates,
  hasTimes,
}: MovieLensReport): string[] {
  const notes: string[] = [];
  if (replaced !== null) notes.push(`replaced the data set ${replaced} with ${dataset}`);
  if (lost !== null) notes.push(`removed with it what people had made: ${toCountWords(lost)}`);
  const gone = toCountWords(removed);
  if (gone !== "") notes.push(`removed, since the files no longer hold it: ${gone}`);
  const stays = toCountWords(leftOut);
  if (stays !== "") notes.push(`left out, since it was deleted here: ${stays} (--replace brings it back)`);
  if (duplicates > 0)
    notes.push(`${duplicates} ratings of a movie that the user had rated already: one of each counts (--duplicates)`);
  if (!hasTimes) notes.push("no times in these files: when movies were rated is not known");
  return notes;
}

function addLinkCommand(program: Command): void {
  program
    .command("link")
    .summary("link movies to IMDb and TMDB ids, or report on the links")
    .description(
      "link movies to the IMDb and TMDB ids of a newer MovieLens release by movie id, checked by title and year; links made by hand stay",
    )
    .option("--from <source>", "take the ids from links.csv and movies.csv in this zip or folder")
    .option("--skip-bad", "count and skip bad lines, up to half of a file's, instead of stopping at the first")
    .option("--report", "print what is linked, uncertain and not linked, and change nothing")
    .option("--json", "print the result as JSON")
    .action(runLink);
}

async function runLink(
  options: { from?: string; skipBad?: boolean; report?: boolean; json?: boolean },
  command: Command,
): Promise<void> {
  if ((options.from === undefined) === (options.report === undefined)) {
    throw new AppError(
      "USAGE",
      `expected either --from <source> to link, or --report, received ${options.report ? "both" : "neither"}`,
    );
  }
  const { linkMovies } = await import("../../jobs/import/link-movies.js");
  await withServices(command, async (services) => {
    const { from, skipBad } = options;
    const { state, changed, skippedKinds } = await runJob((progress) =>
      linkMovies(services, { from, skipBad }, progress),
    );
    saySkipped(skippedKinds);
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
