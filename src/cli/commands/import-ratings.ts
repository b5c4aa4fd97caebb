/** `marquee import-ratings`: takes one person's ratings from another service's export, shows what it would take, and undoes it. */
import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { indexFilms } from "../../datasets/exports/match-rows.js";
import { type ImportPlan, planImport, toRatings } from "../../datasets/exports/plan-import.js";
import { readExport } from "../../datasets/exports/read-export.js";
import { type RatingScale, ratingScales } from "../../datasets/exports/scales.js";
import { AppError, userNotFound } from "../../errors.js";
import { readRegularFile } from "../../files/read-file.js";
import type { UserId } from "../../ids.js";
import type { Services } from "../../services/services.js";
import type { ConflictPolicy, RatingImport } from "../../store/rating-imports.js";
import { unixNow } from "../../unix-time.js";
import { oneOf, userIdArgument, wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printTable, printText, say } from "../terminal/output.js";
import { requireUser } from "../terminal/require-existing.js";
import { withServices } from "../terminal/with-services.js";

const maxBytes = 8 * 2 ** 20;

export function addImportRatingsCommand(program: Command): void {
  program
    .command("import-ratings")
    .summary("import one person's ratings from Letterboxd, IMDb, Trakt or a CSV file")
    .description(
      "import one person's ratings: Letterboxd's zip or ratings.csv, IMDb's ratings.csv, Trakt's JSON, a MovieLens CSV, or any CSV with a title and " +
        "year, or an IMDb or TMDB id, and a rating. Without --user and --new it shows what was recognised, and keeps nothing",
    )
    .argument("[file]", "the export")
    .option("--user <userId>", "keep the ratings as this user's", userIdArgument)
    .option("--new", "keep the ratings as a new user's")
    .option(
      "--scale <scale>",
      "read the ratings on this scale: five, ten, hundred or likes (default: the one that they show)",
      toScale,
    )
    .option(
      "--on-conflict <which>",
      "choose which rating counts where the user rated a movie already: newest or keep (default: newest)",
      toPolicy,
    )
    .option("--undo <importId>", "take back an import of --user", wholeNumberArgument("--undo", 1, 2 ** 31 - 1))
    .option("--json", "print the result as JSON")
    .action(runImportRatings);
}

const toScale = (text: string): RatingScale =>
  oneOf(
    "--scale",
    ratingScales.map((scale) => scale.toLowerCase()) as Lowercase<RatingScale>[],
  )(text.toLowerCase()).toUpperCase() as RatingScale;
const toPolicy = (text: string): ConflictPolicy =>
  oneOf("--on-conflict", ["newest", "keep"] as const)(text).toUpperCase() as ConflictPolicy;

interface Flags {
  user?: UserId;
  new?: boolean;
  scale?: RatingScale;
  onConflict?: ConflictPolicy;
  undo?: number;
  json?: boolean;
}

async function runImportRatings(file: string | undefined, flags: Flags, command: Command): Promise<void> {
  if (flags.user !== undefined && flags.new)
    throw new AppError("USAGE", "expected either --user or --new, received both");
  if ((file === undefined) === (flags.undo === undefined)) {
    throw new AppError(
      "USAGE",
      `expected either a file or --undo <importId>, received ${file === undefined ? "neither" : "both"}`,
    );
  }
  if (flags.undo !== undefined && flags.user === undefined)
    throw new AppError("USAGE", "expected --user together with --undo");
  await withServices(command, async (services) => {
    if (flags.undo !== undefined) return undo(services, flags.user as UserId, flags.undo, flags.json);
    const bytes = await readRegularFile(file as string, maxBytes);
    const { dataset } = await services.serving();
    if (dataset === undefined)
      throw new AppError(
        "DATA_EMPTY",
        "there is no data set to find the movies in: run marquee import, or marquee setup",
      );
    if (flags.user !== undefined) await requireUser(services, flags.user);
    const index = await indexFilms(await services.store.movies.all(), dataset.kind !== "embedded");
    const plan = await planImport(await readExport(bytes), index, flags.scale);
    const made = flags.user === undefined && !flags.new ? undefined : await keep(services, plan, flags);
    if (flags.json) printJson(toReport(plan, made));
    else printPlan(plan, made);
  });
}

/** @throws {AppError} SCALE_AMBIGUOUS, USER_NOT_FOUND */
async function keep(
  { store }: Services,
  plan: ImportPlan,
  { user, onConflict = "NEWEST" }: Flags,
): Promise<RatingImport> {
  // Before a user is added for them.
  const ratings = toRatings(plan);
  const userId = user ?? (await store.users.findOrAdd(`import ${randomUUID()}`, {})).id;
  const made = await store.ratingImports.add({
    userId,
    service: plan.service,
    importedAt: unixNow(),
    conflicts: onConflict,
    ratings,
  });
  if (made === undefined) throw userNotFound(userId);
  return made;
}

async function undo({ store }: Services, userId: UserId, importId: number, json?: boolean): Promise<void> {
  const undone = await store.ratingImports.undo(userId, importId, unixNow());
  if (undone === undefined)
    throw new AppError("IMPORT_NOT_FOUND", `user ${userId} has no import ${importId} of ratings`);
  const { restored, removed, left } = undone;
  if (json) printJson({ importId, userId, restored, removed, left });
  else
    printText(
      `import ${importId} is undone: ${removed} ratings removed, ${restored} put back, ${left} left as they were changed since`,
    );
}

function toReport(
  { service, scale, possible, rowCount, matched, unmatched }: ImportPlan,
  made: RatingImport | undefined,
) {
  return {
    service,
    scale,
    possibleScales: possible,
    rows: rowCount,
    matched: matched.map(({ movie, ...row }) => ({ ...row, movieId: movie.id, movie: movie.displayTitle })),
    unmatched,
    import: made ?? null,
  };
}

function printPlan(
  { service, scale, possible, rowCount, matched, unmatched }: ImportPlan,
  made: RatingImport | undefined,
): void {
  const uncertain = matched.filter(({ confidence }) => confidence < 1);
  if (uncertain.length > 0) {
    printTable(
      ["line", "in the file", "here", "sure", "evidence"],
      uncertain.map(({ line, title, movie, confidence, evidence }) => [
        line,
        title,
        movie.displayTitle,
        confidence,
        evidence,
      ]),
      [0, 3],
    );
  }
  for (const { line, title, year, reason } of unmatched) {
    printText(
      `left out: line ${line}${title === "" ? "" : `, ${title}${year === null ? "" : ` (${year})`}`}: ${reason}`,
    );
  }
  printText(
    `${service}, ${rowCount} ratings on the scale ${scale.toLowerCase()}${possible.length > 1 ? " (uncertain: say --scale)" : ""}: ` +
      `${matched.length} movies found, ${uncertain.length} of them uncertain; ${unmatched.length} left out`,
  );
  if (made === undefined) {
    say("nothing was kept: --user <userId> or --new keeps the ratings");
    return;
  }
  const { id, userId, added, changed, kept } = made;
  printText(`import ${id} for user ${userId}: ${added} ratings added, ${changed} changed, ${kept} kept as they were`);
  print(`  marquee recommend ${userId} --similar`);
  print(`  marquee import-ratings --undo ${id} --user ${userId}`);
}
