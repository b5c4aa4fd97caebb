/** `marquee encoders`: list, add, pull, train and choose. */
import type { Command } from "commander";
import { AppError } from "../../errors.js";
import { switchEncoder } from "../../jobs/encoders/switch-encoder.js";
import { maxLandmarks } from "../../jobs/encoders/train-head.js";
import { builtinEncoder, type HeadEncoderManifest, listEncoders } from "../../posters/encoders/encoder-store.js";
import { publishedEncoders } from "../../posters/encoders/pull-encoder.js";
import { wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printTable, printText, seconds } from "../terminal/output.js";
import { requireEncoder, requirePublishedEncoder } from "../terminal/require-existing.js";
import { runInterruptible } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";
import { addEncodersAddCommand, runSwitch, summarizeEncoder } from "./encoders-add.js";

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
      await withServices(command, async ({ serving, folders }) => {
        const active = (await serving()).activeEncoder ?? builtinEncoder.name;
        const rows = listEncoders(folders.encoders).map((encoder) => ({
          ...summarizeEncoder(encoder),
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
      `train a head on an encoder, from your own posters, genres and ratings, so that posters of movies with the same genres and audience are close (from at most ${maxLandmarks} posters); the result is another encoder to choose, and appearance alone stays the default`,
    )
    .option("--base <name>", "train on this encoder (default: the one in use, or the base of that one)")
    .option("--name <name>", "name the new encoder, replacing a trained one of that name (default: <base>-taste)")
    .option(
      "--folds <n>",
      "measure it on movies held out in this many parts; 0 for no measuring",
      wholeNumberArgument("--folds", 0, 20),
      5,
    )
    .option("--seed <n>", "seed everything random", wholeNumberArgument("--seed", 0, 2 ** 31 - 1), 0)
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
        await requireEncoder(services, name);
        const { lazily } = options;
        await runSwitch((progress, signal) => switchEncoder(services, { encoder: name, lazily, signal }, progress));
        print(`${name} is now in use`);
      });
    });
}

async function runPull(name: string, options: { json?: boolean }, command: Command): Promise<void> {
  requirePublishedEncoder(name);
  const { installPublishedEncoder } = await import("../../jobs/encoders/install-encoder.js");
  await withServices(command, async (services, { encodersUrl: baseUrl }) => {
    const { manifest, added, embedded } = await runSwitch((progress, signal) =>
      installPublishedEncoder(services, { name, baseUrl, signal }, progress),
    );
    if (options.json) return printJson({ ...summarizeEncoder(manifest), added, embedded, inUse: true });
    print(`${name}: ${manifest.dimension} dimensions${added ? "" : " (was there already)"}`);
    print(`${embedded} posters embedded; ${name} is in use now`);
  });
}

interface TrainEncoderFlags {
  base?: string;
  name?: string;
  folds: number;
  seed: number;
  use?: boolean;
  json?: boolean;
}

async function runTrain({ json, ...flags }: TrainEncoderFlags, command: Command): Promise<void> {
  if (flags.folds === 1) throw new AppError("USAGE", "expected --folds 0 or from 2 to 20, received 1");
  const started = performance.now();
  const { trainEncoder } = await import("../../jobs/encoders/train-encoder.js");
  await withServices(command, async (services) => {
    if (flags.base !== undefined) await requireEncoder(services, flags.base);
    const { report: manifest } = await runInterruptible(
      "Interrupted: nothing of the head is kept …",
      (progress, { signal }) => trainEncoder(services, { ...flags, signal }, progress),
    );
    if (json) {
      const { base, training, quality } = manifest;
      return printJson({ ...summarizeEncoder(manifest), base, training, quality, inUse: flags.use === true });
    }
    printTrained(manifest);
    print(`trained ${manifest.name} in ${seconds(started)}`);
    print(flags.use ? "It is in use now." : `Use it with: marquee encoders use ${manifest.name}`);
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
