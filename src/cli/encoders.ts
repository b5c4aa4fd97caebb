/** `marquee encoders`: list, add and choose. */
import type { Command } from "commander";
import { getSetting, setSetting } from "../db/settings.js";
import { write } from "../db/write.js";
import { AppError } from "../errors.js";
import { addEncoder } from "../posters/add-encoder.js";
import {
  builtinEncoder,
  type EncoderManifest,
  type HeadEncoderManifest,
  listEncoders,
  loadEncoder,
} from "../posters/encoders.js";
import { embedPosters } from "../resolvers/embed-posters.js";
import { mostLandmarks, type TrainStep, trainEncoder } from "../resolvers/train-encoder.js";
import { wholeNumber } from "./arguments.js";
import { interruptSignal, withServices } from "./context.js";
import { print, printJson, printTable, seconds } from "./output.js";
import { createProgress, type Progress } from "./progress.js";

export function addEncoderCommands(program: Command): void {
  const encoders = program
    .command("encoders")
    .summary("list, add and choose poster encoders")
    .description("List, add and choose what turns posters into vectors.");

  encoders
    .command("list")
    .description("List the encoders, the one in use marked.")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async ({ db, folders }) => {
        const active = getSetting(db, "activeEncoder") ?? builtinEncoder.name;
        const rows = listEncoders(folders.encoders).map((encoder) => ({
          ...summary(encoder),
          inUse: encoder.name === active,
        }));
        if (options.json) return printJson(rows);
        printTable(
          ["", "name", "kind", "dimension", "id"],
          rows.map((row) => [row.inUse ? "in use" : "", row.name, row.kind, row.dimension, row.id]),
          [3],
        );
      });
    });

  encoders
    .command("add")
    .summary("make an encoder of an image classifier")
    .description(
      "Make an encoder of an image classifier in ONNX: what goes into its last fully connected layer becomes the embedding. `marquee encoders use` chooses it.",
    )
    .argument("<file>", "an .onnx file")
    .option("--name <name>", "name of the encoder; by default the file's")
    .option("--use", "use it from now on")
    .option("--json", "print the result as JSON")
    .action(async (file: string, options: { name?: string; use?: boolean; json?: boolean }, command: Command) => {
      await withServices(command, async ({ db, folders }) => {
        const { manifest, added } = await addEncoder(folders.encoders, file, { name: options.name });
        if (options.use) await write(db, () => setSetting(db, "activeEncoder", manifest.name));
        if (options.json)
          return printJson({ ...summary(manifest), added, inUse: getSetting(db, "activeEncoder") === manifest.name });
        print(
          `${manifest.name}: ${manifest.dimension} dimensions, from the input of its layer ${manifest.sourceLayer.name} (${manifest.sourceLayer.op})${added ? "" : " (was there already)"}`,
        );
        print(options.use ? "It is in use now." : `Use it with: marquee encoders use ${manifest.name}`);
      });
    });

  encoders
    .command("train")
    .summary("teach an encoder genres and audiences")
    .description(
      `Train a head on an encoder, from your own posters, genres and ratings, so that posters of movies of one genre and one audience come close (from at most ${mostLandmarks} posters). It is one more encoder to choose; what posters look like alone stays the default.`,
    )
    .option("--base <name>", "the encoder to train on; by default the one in use, or what that one stands on")
    .option("--name <name>", "name of the new encoder; by default <base>-taste. One of that name is replaced")
    .option(
      "--folds <n>",
      "parts that movies are held out in to measure it; 0 for none",
      wholeNumber("--folds", 0, 20),
      5,
    )
    .option("--seed <n>", "seed of what is drawn", wholeNumber("--seed", 0, 2 ** 31 - 1), 0)
    .option("--use", "use it from now on")
    .option("--json", "print the result as JSON")
    .action(runTrain);

  encoders
    .command("use")
    .description("Choose the encoder to use; a running server notices at its next request.")
    .argument("<name>", "name of the encoder")
    .action(async (name: string, _options: object, command: Command) => {
      await withServices(command, async ({ db, folders }) => {
        await loadEncoder(folders.encoders, name);
        await write(db, () => setSetting(db, "activeEncoder", name));
        print(`${name} is in use now; marquee posters embed prepares all posters at once`);
      });
    });
}

interface TrainOptions {
  base?: string;
  name?: string;
  folds: number;
  seed: number;
  use?: boolean;
  json?: boolean;
}

const stepNames: Record<TrainStep, string> = { distances: "compare", folds: "measure", head: "train" };
const stepUnits: Record<TrainStep, string> = { distances: "posters", folds: "folds", head: "head" };

async function runTrain(options: TrainOptions, command: Command): Promise<void> {
  if (options.folds === 1) throw new AppError("USAGE", "expected --folds 0 or from 2 to 20, received 1");
  const started = performance.now();
  await withServices(command, async (services) => {
    const { db, encoders } = services;
    const used = (await encoders.inUse()).manifest;
    const base = await encoders.named(options.base ?? (used.kind === "head" ? used.base.name : used.name));
    const interrupt = interruptSignal("Interrupted: nothing of the head is kept …");
    let progress: Progress | undefined;
    let shown: string | undefined;
    const show = (label: string, done: number, total: number, unit: string) => {
      if (shown !== label) {
        progress?.stop();
        progress = createProgress(label, total, unit);
        shown = label;
      }
      progress?.update(done);
    };
    try {
      const onEmbedded = (done: number, total: number) => show("embed", done, total, "posters");
      await embedPosters(services, onEmbedded, interrupt.signal, base);
      interrupt.signal.throwIfAborted();
      const manifest = await trainEncoder(
        services,
        { base, name: options.name ?? `${base.manifest.name}-taste`, folds: options.folds, seed: options.seed },
        (step, done, total) => show(stepNames[step], done, total, stepUnits[step]),
        interrupt.signal,
      );
      progress?.stop();
      if (options.use) await write(db, () => setSetting(db, "activeEncoder", manifest.name));
      if (options.json) {
        const { training, quality } = manifest;
        return printJson({ ...summary(manifest), base: manifest.base, training, quality, inUse: options.use === true });
      }
      printTrained(manifest);
      print(`trained ${manifest.name} in ${seconds(started)}`);
      print(options.use ? "It is in use now." : `Use it with: marquee encoders use ${manifest.name}`);
    } catch (error) {
      progress?.stop();
      if (interrupt.signal.aborted) throw new AppError("INTERRUPTED", "interrupted: no encoder was changed");
      throw error;
    } finally {
      interrupt.release();
    }
  });
}

function printTrained({ name, base, quality }: HeadEncoderManifest): void {
  if (quality === null) return;
  print("How well the ten nearest posters share genres and audiences:");
  printTable(
    ["encoder", "genre Jaccard@10", "co-like lift@10"],
    (
      [
        ["chance", quality.random],
        [`${base.name}, centred`, quality.base],
        [`${name}, movies held out (${quality.folds} folds)`, quality.heldOut],
      ] as const
    ).map(([label, { genreJaccard, coLikeLift }]) => [
      label,
      genreJaccard.toFixed(3),
      coLikeLift === null ? "" : coLikeLift.toFixed(2),
    ]),
    [1, 2],
  );
}

function summary({ id, name, kind, dimension, preprocessing }: EncoderManifest) {
  return { id, name, kind, dimension, preprocessing };
}
