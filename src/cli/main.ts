/** The `marquee` command: settings, subcommands, and one clear line when something fails. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { AppError, storageError } from "../errors.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addImportCommands } from "./commands/import.js";
import { addDocumentCommands } from "./commands/manage-documents.js";
import { addEncoderCommands } from "./commands/manage-encoders.js";
import { addModelCommands } from "./commands/manage-models.js";
import { addPosterCommands } from "./commands/manage-posters.js";
import { addTokenCommands } from "./commands/manage-tokens.js";
import { addSchemaCommand } from "./commands/print-schema.js";
import { addRecommendCommands } from "./commands/recommend.js";
import { addServeCommands } from "./commands/serve.js";
import { addTrainCommand } from "./commands/train.js";
import { addSettingFlags } from "./terminal/command-context.js";
import { say } from "./terminal/output.js";

/** Runs one command line; sets the exit status: 0, 1 where it failed, 2 where it was not understood. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever reads the output may have read enough, as `head` does.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const program = createProgram();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function version(): string {
  const file = fileURLToPath(new URL("../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function createProgram(): Command {
  const program = new Command("marquee")
    .description("A self-hosted GraphQL API that recommends movies and knows what their posters look like.")
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, "marquee: ")) })
    .showHelpAfterError("(marquee --help lists the commands)")
    .addHelpText("after", "\nEvery setting can also stand in the environment, under the name in brackets.");
  addSettingFlags(program);
  addServeCommands(program);
  addImportCommands(program);
  addTrainCommand(program);
  addModelCommands(program);
  addEvaluateCommand(program);
  addRecommendCommands(program);
  addPosterCommands(program);
  addEncoderCommands(program);
  addTokenCommands(program);
  addDocumentCommands(program);
  addSchemaCommand(program);
  return program;
}

function exitCodeOf(error: unknown): number {
  // Commander has printed what was wrong, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof AppError) {
    say(`marquee: ${error.message}`);
    return error.code === "USAGE" ? 2 : error.code === "INTERRUPTED" ? 130 : 1;
  }
  const storage = storageError(error);
  if (storage !== undefined) {
    // Whoever runs a command may know where its data lies.
    const path = (error as { path?: unknown }).path;
    say(`marquee: ${storage.message}${typeof path === "string" ? `: ${path}` : ""}`);
    return 1;
  }
  say(`marquee: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
}
