/** `marquee encoders add`: makes an encoder from an ONNX network. */
import type { Command } from "commander";
import { getSetting } from "../../db/settings.js";
import { addEncoder, originOf } from "../../posters/encoders/add-encoder.js";
import { decimals, wholeNumber } from "../terminal/arguments.js";
import { print, printJson, printText } from "../terminal/output.js";
import { withServices } from "../terminal/with-services.js";
import { summary, switchTo } from "./switch-encoder.js";

interface AddOptions {
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

const triple = (name: string, least: number) =>
  decimals(name, 3, least, 1000) as (text: string) => [number, number, number];

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
      wholeNumber("--size", minSize, maxSize),
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
    .action(async (file: string, options: AddOptions, command: Command) => {
      await withServices(command, async (services) => {
        const { db, folders } = services;
        const { name, output, size, mean, std } = options;
        const { manifest, added } = await addEncoder(folders.encoders, file, {
          name,
          output,
          preprocessing: { ...(size && { size: [size, size] }), ...(mean && { mean }), ...(std && { std }) },
        });
        if (options.use) await switchTo(services, await services.encoders.named(manifest.name));
        if (options.json)
          return printJson({ ...summary(manifest), added, inUse: getSetting(db, "activeEncoder") === manifest.name });
        printText(
          `${manifest.name}: ${manifest.dimension} dimensions, from ${originOf(manifest)}${added ? "" : " (was there already)"}`,
        );
        print(options.use ? "It is in use now." : `Use it with: marquee encoders use ${manifest.name}`);
      });
    });
}
