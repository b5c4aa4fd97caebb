/** `marquee models`: list, choose and import models. */
import { basename } from "node:path";
import type { Command } from "commander";
import { AppError, received } from "../../errors.js";
import { prepareUsers } from "../../jobs/prepare-users.js";
import { listModels, pruneModels } from "../../ml/model/model-store.js";
import { wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printTable, printText, say, seconds } from "../terminal/output.js";
import { requireModel } from "../terminal/require-existing.js";
import { runInterruptible } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";

export function addModelCommands(program: Command): void {
  const models = program
    .command("models")
    .summary("list, choose, import and remove models")
    .description("list, choose, import and remove models");

  models
    .command("list")
    .description("list the models and mark the one that serves")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async ({ serving, folders }) => {
        const { activeModel: active } = await serving();
        const rows = (await listModels(folders.models)).map(({ name, manifest }) =>
          manifest instanceof AppError
            ? { name, serves: false, error: manifest.message }
            : {
                name,
                serves: name === active,
                kind: manifest.kind,
                origin: manifest.origin,
                dataset: manifest.dataset.name,
                /** Its training was interrupted. */
                partial: manifest.training?.stopped === "interrupted",
                rmse: manifest.metrics?.rmse ?? null,
                createdAt: manifest.createdAt,
              },
        );
        if (options.json) return printJson(rows);
        printTable(
          ["", "name", "kind", "origin", "data set", "RMSE (held out)", "made"],
          rows.map((row) =>
            "error" in row
              ? ["!", row.name, "cannot be read", "", "", "", ""]
              : [
                  [row.serves ? "serves" : "", row.partial ? "partial" : ""].filter(Boolean).join(", "),
                  row.name,
                  row.kind,
                  row.origin,
                  row.dataset,
                  row.rmse?.toFixed(4) ?? "",
                  row.createdAt.slice(0, 10),
                ],
          ),
          [5],
        );
      });
    });

  models
    .command("use")
    .description("choose the model that serves; a running server notices at its next request")
    .argument("<name>", "name of the model")
    .action(async (name: string, _options: object, command: Command) => {
      await withServices(command, async (services) => {
        await requireModel(services, name);
        await services.store.settings.set("activeModel", name);
        print(`${name} serves now`);
      });
    });

  models
    .command("prepare")
    .summary("compute what recommending needs of every user ahead of their requests")
    .description(
      "compute what recommending needs of every user with the model that serves, ahead of their requests: without it, or after new ratings, a " +
        "user's next request computes it; marquee train does it at its end, so run this after marquee models use or a large import",
    )
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report, interrupted } = await runInterruptible(
          "stopping after this batch; what is computed stays",
          (progress, { signal }) => prepareUsers(services, { signal }, progress),
        );
        if (options.json) printJson(report);
        else if (!report.isNeeded) print(`${report.model} needs nothing of users ahead of their requests`);
        else
          print(
            `prepared ${report.prepared} users for ${report.model} in ${seconds(started)}; all others were current`,
          );
        if (interrupted) throw new AppError("INTERRUPTED", "interrupted: run it again for the rest");
      });
    });

  models
    .command("prune")
    .summary("remove old models")
    .description(
      "remove the models of the data folder, except the one that serves and the newest of each kind; a server that still " +
        "answers with a removed one keeps it in memory",
    )
    .option(
      "--keep <n>",
      "keep this many of each kind beside the one that serves",
      wholeNumberArgument("--keep", 0, 1000),
      1,
    )
    .option("--dry-run", "print what would be removed, and remove nothing")
    .option("--json", "print the result as JSON")
    .action(async (options: { keep: number; dryRun?: boolean; json?: boolean }, command: Command) => {
      await withServices(command, async ({ serving, folders }) => {
        const { activeModel: active } = await serving();
        const dryRun = options.dryRun ?? false;
        const inUse = active === undefined ? [] : [active];
        const { removed, bytes } = await pruneModels(folders.models, inUse, options.keep, dryRun);
        if (options.json) return printJson({ removed, bytes, dryRun });
        const what = removed.length === 0 ? "nothing" : `${removed.join(", ")} (${(bytes / 1e6).toFixed(1)} MB)`;
        printText(dryRun ? `would remove ${what}` : `removed ${what}`);
      });
    });

  models
    .command("import")
    .summary("import weights that were trained elsewhere")
    .description(
      "import the weights of a PyTorch state_dict saved as safetensors and let them serve; rows are ordered by MovieLens 1M's " +
        "convention (users by id, movies by row of movies.dat, genre strings by first appearance), or as --id-maps says",
    )
    .argument("<file>", "a .safetensors file")
    .requiredOption("--kind <kind>", "import a model of this kind: baseline")
    .option(
      "--id-maps <file>",
      "read userIds, genders, ageGroups, occupations, movieIds and genres, each in the order of rows, from this JSON file",
    )
    .option("--name <name>", "name the model (default: after the file)")
    .option("--no-use", "import only, and leave the model that serves as it is")
    .option("--json", "print the result as JSON")
    .action(runImport);
}

interface ImportModelFlags {
  kind: string;
  idMaps?: string;
  name?: string;
  use: boolean;
  json?: boolean;
}

async function runImport(file: string, { kind, json, ...flags }: ImportModelFlags, command: Command): Promise<void> {
  if (kind !== "baseline") throw new AppError("USAGE", `expected baseline for --kind, received ${received(kind)}`);
  const { importModel } = await import("../../jobs/import/import-model.js");
  await withServices(command, async (services) => {
    const { model, dataset, added, unratedMovies, serves } = await importModel(services, { file, ...flags });
    if (added) say(`${unratedMovies} movies have no ratings here: they are predicted from means, as FALLBACK`);
    else say(`${basename(file)} was imported before, as ${model}`);
    if (json) return printJson({ model, kind, dataset, serves });
    printText(
      `${model}: baseline network of ${dataset}; ${serves ? "it serves now" : "the model that serves is unchanged"}`,
    );
  });
}
