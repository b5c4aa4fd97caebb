/** `marquee encoders`: list, add and choose. */
import type { Command } from "commander";
import { getSetting, setSetting } from "../db/settings.js";
import { write } from "../db/write.js";
import { addEncoder } from "../posters/add-encoder.js";
import { builtinEncoder, type EncoderManifest, listEncoders, loadEncoder } from "../posters/encoders.js";
import { withServices } from "./context.js";
import { print, printJson, printTable } from "./output.js";

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

function summary({ id, name, kind, dimension, preprocessing }: EncoderManifest) {
  return { id, name, kind, dimension, preprocessing };
}
