/** `marquee encoders add`: makes an encoder from an ONNX network. */
import type { Command } from "commander";
import { getSetting } from "../../db/settings.js";
import { addEncoder, embeddingOrigin } from "../../posters/encoders/add-encoder.js";
import { decimals, wholeNumber } from "../terminal/arguments.js";
import { withServices } from "../terminal/command-context.js";
import { print, printJson, printText } from "../terminal/output.js";
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

const leastSize = 8;
/** Sixteen pictures go through at once: at this size they take 200 MB. */
const mostSize = 1024;

const triple = (name: string, least: number) =>
  decimals(name, 3, least, 1000) as (text: string) => [number, number, number];

export function addEncodersAddCommand(encoders: Command): void {
  encoders
    .command("add")
    .summary("make an encoder of an image classifier, or of another network for pictures")
    .description(
      "Make an encoder of a network in ONNX. What goes into a classifier's last fully connected layer becomes the embedding; of a network that ends in an embedding, such as CLIP's for pictures, its output does. `marquee encoders use` chooses it.",
    )
    .argument("<file>", "an .onnx file")
    .option("--name <name>", "name of the encoder; by default the file's")
    .option("--output <tensor>", "the tensor that is the embedding, whatever the network looks like")
    .option(
      "--size <pixels>",
      "width and height of the pictures it reads, where it leaves them free",
      wholeNumber("--size", leastSize, mostSize),
    )
    .option(
      "--mean <r,g,b>",
      "taken off the channels, which are 0 to 1; by default ImageNet's",
      triple("--mean", -1000),
    )
    .option("--std <r,g,b>", "that they are then divided by; by default ImageNet's", triple("--std", 1e-6))
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
          `${manifest.name}: ${manifest.dimension} dimensions, from ${embeddingOrigin(manifest)}${added ? "" : " (was there already)"}`,
        );
        print(options.use ? "It is in use now." : `Use it with: marquee encoders use ${manifest.name}`);
      });
    });
}
