/** `marquee encoders`: list, add, pull, train and choose. */
import type { Command } from "commander";
import { getSetting, setSetting } from "../../db/settings.js";
import { write } from "../../db/write.js";
import { AppError } from "../../errors.js";
import { embedPosters } from "../../jobs/embed-posters.js";
import { mostLandmarks, type TrainStep, trainEncoder } from "../../jobs/train-encoder.js";
import { builtinEncoder, type HeadEncoderManifest, listEncoders } from "../../posters/encoders/encoder-store.js";
import { publishedEncoders, pullEncoder } from "../../posters/encoders/pull-encoder.js";
import { wholeNumber } from "../terminal/arguments.js";
import { interruptSignal } from "../terminal/interrupt.js";
import { print, printJson, printTable, printText, seconds } from "../terminal/output.js";
import { createProgress, type Progress } from "../terminal/progress.js";
import { requireEncoder, requirePublishedEncoder } from "../terminal/require-existing.js";
import { withServices } from "../terminal/with-services.js";
import { addEncodersAddCommand } from "./encoders-add.js";
import { summary, switchTo } from "./switch-encoder.js";

export function addEncoderCommands(program: Command): void {
  const encoders = program
    .command("encoders")
    .summary("list, add, pull, train and choose poster encoders")
    .description("list, add, pull, train and choose the encoders that turn posters into vectors");

  encoders
    .command("list")
    .description("list the encoders and mark the one in use")
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

  addEncodersAddCommand(encoders);

  encoders
    .command("train")
    .summary("train an encoder on genres and audiences")
    .description(
      `train a head on an encoder, from your own posters, genres and ratings, so that posters of movies with the same genres and audience are close (from at most ${mostLandmarks} posters); the result is another encoder to choose, and appearance alone stays the default`,
    )
    .option("--base <name>", "train on this encoder (default: the one in use, or the base of that one)")
    .option("--name <name>", "name the new encoder, replacing a trained one of that name (default: <base>-taste)")
    .option(
      "--folds <n>",
      "measure it on movies held out in this many parts; 0 for no measuring",
      wholeNumber("--folds", 0, 20),
      5,
    )
    .option("--seed <n>", "seed everything random", wholeNumber("--seed", 0, 2 ** 31 - 1), 0)
    .option("--use", "use it from now on")
    .option("--json", "print the result as JSON")
    .action(runTrain);

  encoders
    .command("pull")
    .summary("download a published encoder and use it")
    .description(
      `download an encoder from the ONNX model zoo, check it, embed all posters with it, then use it: ${Object.keys(publishedEncoders).join(", ")}; the one in use keeps serving until the last poster is embedded`,
    )
    .argument("<name>", "name of the encoder")
    .option("--json", "print the result as JSON")
    .action(runPull);

  encoders
    .command("use")
    .summary("choose the encoder to use")
    .description(
      "choose the encoder to use, first embedding all posters while the one in use keeps serving; a running server notices at its next request",
    )
    .argument("<name>", "name of the encoder")
    .option("--lazily", "use it at once, and embed posters as queries need them")
    .action(async (name: string, options: { lazily?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const encoder = await requireEncoder(services, name);
        if (options.lazily) await write(services.db, () => setSetting(services.db, "activeEncoder", name));
        else await switchTo(services, encoder);
        print(`${name} is now in use`);
      });
    });
}

async function runPull(name: string, options: { json?: boolean }, command: Command): Promise<void> {
  const published = requirePublishedEncoder(name);
  await withServices(command, async (services, config) => {
    const interrupt = interruptSignal("Interrupted: the encoder in use stays …");
    let progress: Progress | undefined;
    const pulled = await pullEncoder(services.folders.encoders, name, published, {
      baseUrl: config.encodersUrl,
      signal: interrupt.signal,
      onProgress: (bytes, total) => {
        progress ??= createProgress(`pull ${name}`, total, "MB");
        progress.update(bytes);
      },
    }).finally(() => {
      progress?.stop();
      interrupt.release();
    });
    const embedded = await switchTo(services, await services.encoders.named(name));
    if (options.json) return printJson({ ...summary(pulled.manifest), added: pulled.added, embedded, inUse: true });
    print(`${name}: ${pulled.manifest.dimension} dimensions${pulled.added ? "" : " (was there already)"}`);
    print(`${embedded} posters embedded; ${name} is in use now`);
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
    const { encoders } = services;
    const used = (await encoders.inUse()).manifest;
    const base = await requireEncoder(services, options.base ?? (used.kind === "head" ? used.base.name : used.name));
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
      if (options.use) await switchTo(services, await encoders.named(manifest.name));
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
  printText("How well the ten nearest posters share genres and audiences:");
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
