/** `marquee encoders add`: makes an encoder from an ONNX network. */
import type { Command } from "commander";
import type { Progress } from "../../jobs/progress.js";
import type { EncoderManifest } from "../../posters/encoders/encoder-store.js";
import { decimals, wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printText } from "../terminal/output.js";
import { runInterruptible } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";

interface AddFlags {
  name?: string;
  output?: string;
  size?: number;
  mean?: [number, number, number];
  std?: [number, number, number];
  use?: boolean;
  json?: boolean;
}

const minSize = 8;
/** Sixteen pictures go through at once: at this size they take 200 MB. */
const maxSize = 1024;

const triple = (name: string, min: number) =>
  decimals(name, 3, min, 1000) as (text: string) => [number, number, number];

export function addEncodersAddCommand(encoders: Command): void {
  encoders
    .command("add")
    .summary("make an encoder from an image classifier, or from another image network")
    .description(
      "make an encoder from a network in ONNX: the embedding is what goes into a classifier's last fully connected layer, or the output of a network that ends in an embedding, such as CLIP's for pictures; marquee encoders use chooses it",
    )
    .argument("<file>", "an .onnx file")
    .option("--name <name>", "name the encoder (default: after the file)")
    .option("--output <tensor>", "take this tensor as the embedding, whatever the network looks like")
    .option(
      "--size <pixels>",
      "set the width and height of the pictures it reads, where the network leaves them free",
      wholeNumberArgument("--size", minSize, maxSize),
    )
    .option(
      "--mean <r,g,b>",
      "subtract this mean from the channels, which are 0 to 1 (default: ImageNet's)",
      triple("--mean", -1000),
    )
    .option(
      "--std <r,g,b>",
      "divide the channels by this standard deviation afterwards (default: ImageNet's)",
      triple("--std", 1e-6),
    )
    .option("--use", "use it from now on")
    .option("--json", "print the result as JSON")
    .action(runAdd);
}

/** Runs a job that ends by switching to another encoder. */
export async function runSwitch<T>(job: (progress: Progress, signal: AbortSignal) => Promise<T>): Promise<T> {
  const message = "Interrupted: the encoder in use stays …";
  return (await runInterruptible(message, (progress, { signal }) => job(progress, signal))).report;
}

/** An encoder as `--json` prints it. */
export function summarizeEncoder({ id, name, kind, dimension, preprocessing }: EncoderManifest) {
  return { id, name, kind, dimension, preprocessing };
}

async function runAdd(file: string, flags: AddFlags, command: Command): Promise<void> {
  const { name, output, size, mean, std, use = false } = flags;
  const preprocessing = {
    ...(size && { size: [size, size] as [number, number] }),
    ...(mean && { mean }),
    ...(std && { std }),
  };
  const options = { file, name, output, preprocessing, use };
  // Reading ONNX graphs is slow to load.
  const { installEncoder } = await import("../../jobs/encoders/install-encoder.js");
  const { embeddingOrigin } = await import("../../posters/encoders/add-encoder.js");
  await withServices(command, async (services) => {
    const { manifest, added, inUse } = use
      ? await runSwitch((progress, signal) => installEncoder(services, { ...options, signal }, progress))
      : await installEncoder(services, options);
    if (flags.json) return printJson({ ...summarizeEncoder(manifest), added, inUse });
    printText(
      `${manifest.name}: ${manifest.dimension} dimensions, from ${embeddingOrigin(manifest)}${added ? "" : " (was there already)"}`,
    );
    print(use ? "It is in use now." : `Use it with: marquee encoders use ${manifest.name}`);
  });
}
