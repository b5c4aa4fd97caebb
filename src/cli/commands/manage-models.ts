/** `marquee models`: list, choose and import models. */
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { occupations } from "../../datasets/movielens/demographics.js";
import { getSetting, setSetting } from "../../db/settings.js";
import { write } from "../../db/write.js";
import { AppError, received } from "../../errors.js";
import { maxModelBytes, readRegularFile } from "../../files/read-file.js";
import { importBaseline, ratedIds } from "../../ml/baseline/baseline-import.js";
import { buildBaselineModel } from "../../ml/baseline/baseline-model.js";
import { loadModel } from "../../ml/load-model.js";
import { freeModelName, listModels, modelFolder, pruneModels, saveModel } from "../../ml/model/model-store.js";
import type { Services } from "../../services/services.js";
import { readTrainingSet } from "../evaluation/load-training-set.js";
import { wholeNumber } from "../terminal/arguments.js";
import { withServices } from "../terminal/command-context.js";
import { print, printJson, printTable, printText, say } from "../terminal/output.js";

export function addModelCommands(program: Command): void {
  const models = program
    .command("models")
    .summary("list, choose, import and remove models")
    .description("List, choose, import and remove models.");

  models
    .command("list")
    .description("List the models, the one that serves marked.")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async ({ db, folders }) => {
        const active = getSetting(db, "activeModel");
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
    .description("Choose the model that serves; a running server notices at its next request.")
    .argument("<name>", "name of the model")
    .action(async (name: string, _options: object, command: Command) => {
      await withServices(command, async ({ db, models: served }) => {
        await served.get(name);
        await write(db, () => setSetting(db, "activeModel", name));
        print(`${name} serves now`);
      });
    });

  models
    .command("prune")
    .summary("remove old models")
    .description(
      "Remove the models of the data folder but the one that serves and the newest of each kind. A server that still " +
        "answers with one of them has it in memory and goes on.",
    )
    .option("--keep <n>", "how many of each kind to keep beside the one that serves", wholeNumber("--keep", 0, 1000), 1)
    .option("--dry-run", "only say what would be removed")
    .option("--json", "print the result as JSON")
    .action(async (options: { keep: number; dryRun?: boolean; json?: boolean }, command: Command) => {
      await withServices(command, async ({ db, folders }) => {
        const active = getSetting(db, "activeModel");
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
      "Import the weights of a PyTorch state_dict saved as safetensors and let them serve. Rows are taken as MovieLens 1M's " +
        "convention has them (users by id, movies by row of movies.dat, genre strings by first appearance), or as --id-maps says.",
    )
    .argument("<file>", "a .safetensors file")
    .requiredOption("--kind <kind>", "kind of model: baseline")
    .option(
      "--id-maps <file>",
      "JSON with userIds, genders, ageGroups, occupations, movieIds and genres, each in the order of rows",
    )
    .option("--name <name>", "name of the model; by default the file's")
    .option("--no-use", "import only: leave the model that serves as it is")
    .option("--json", "print the result as JSON")
    .action(async (file: string, options: ImportOptions, command: Command) => {
      if (options.kind !== "baseline") {
        throw new AppError("USAGE", `expected baseline for --kind, received ${received(options.kind)}`);
      }
      await withServices(command, (services) => importModel(services, file, options));
    });
}

interface ImportOptions {
  kind: string;
  idMaps?: string;
  name?: string;
  use: boolean;
  json?: boolean;
}

async function importModel({ db, folders }: Services, file: string, options: ImportOptions): Promise<void> {
  const { name: datasetName, data } = readTrainingSet(db, "imported");
  const bytes = await readRegularFile(file, maxModelBytes);
  const idMaps =
    options.idMaps === undefined ? undefined : (await readRegularFile(options.idMaps, maxModelBytes)).toString("utf8");
  const { weights, idLists, sha256 } = importBaseline(bytes, basename(file), data, occupations, idMaps);
  // The same weights with other id maps, or under another name that was asked for, are another model.
  const known = (await listModels(folders.models)).find(
    ({ name, manifest }) =>
      !(manifest instanceof AppError) &&
      manifest.kind === "baseline" &&
      manifest.sourceSha256 === sha256 &&
      manifest.dataset.name === datasetName &&
      isDeepStrictEqual(manifest.idMaps, idLists) &&
      (options.name === undefined || options.name === name),
  );
  // One whose files are damaged is made again, under another name.
  const isSound =
    known !== undefined &&
    (await loadModel(modelFolder(folders.models, known.name)).then(
      () => true,
      () => false,
    ));
  let name = isSound ? known.name : undefined;
  if (name === undefined) {
    const rated = ratedIds(data.ratings);
    name = freeModelName(folders.models, options.name ?? plainName(file));
    const { manifest, files } = buildBaselineModel({
      name,
      origin: "imported",
      datasetName,
      data,
      weights,
      idLists,
      ratedUsers: rated.users,
      ratedMovies: rated.movies,
      sourceSha256: sha256,
    });
    await saveModel(folders.models.own, manifest, files);
    say(
      `${manifest.untrained.movieIds.length} movies have no ratings here: they are predicted from means, as FALLBACK`,
    );
  } else {
    say(`${basename(file)} was imported before, as ${name}`);
  }
  if (options.use) await write(db, () => setSetting(db, "activeModel", name));
  if (options.json) return printJson({ model: name, kind: "baseline", dataset: datasetName, serves: options.use });
  printText(
    `${name}: baseline network of ${datasetName}; ${options.use ? "it serves now" : "the model that serves is unchanged"}`,
  );
}

function plainName(file: string): string {
  const name = basename(file, ".safetensors")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 50) || "baseline";
}
