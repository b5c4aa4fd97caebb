/** The `marquee` program: its commands, and the line and exit status of a command that fails. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { AppError, storageError } from "../errors.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addImportCommands } from "./commands/import.js";
import { addImportRatingsCommand } from "./commands/import-ratings.js";
import { addDocumentCommands } from "./commands/manage-documents.js";
import { addEncoderCommands } from "./commands/manage-encoders.js";
import { addModelCommands } from "./commands/manage-models.js";
import { addPosterCommands } from "./commands/manage-posters.js";
import { addTokenCommands } from "./commands/manage-tokens.js";
import { addPredictCommands } from "./commands/print-predictions.js";
import { addSchemaCommand } from "./commands/print-schema.js";
import { addRecommendCommand } from "./commands/recommend.js";
import { addServeCommands } from "./commands/serve.js";
import { addTrainCommand } from "./commands/train.js";
import { helpConfiguration, outputConfiguration } from "./terminal/help.js";
import { say } from "./terminal/output.js";
import { addSettingOptions } from "./terminal/setting-options.js";

/** Runs a command line and sets the exit status: 0, 1 where it failed, 2 where it was not understood, 130 where it was interrupted. */
export async function main(argv: readonly string[]): Promise<void> {
  // The reader of a pipe, such as `head`, may close it early.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const program = createProgram();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = toExitCode(error);
  }
}

function readVersion(): string {
  const file = fileURLToPath(new URL("../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** The program with all its commands; parsing runs one of them. */
export function createProgram(): Command {
  const program = new Command("marquee")
    .description("A self-hosted GraphQL API that recommends movies and knows what their posters look like.")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureHelp(helpConfiguration)
    .configureOutput(outputConfiguration)
    .showHelpAfterError("(marquee --help lists the commands)");
  addServeCommands(program);
  addImportCommands(program);
  addImportRatingsCommand(program);
  addTrainCommand(program);
  addModelCommands(program);
  addEvaluateCommand(program);
  addRecommendCommand(program);
  addPredictCommands(program);
  addPosterCommands(program);
  addEncoderCommands(program);
  addTokenCommands(program);
  addDocumentCommands(program);
  addSchemaCommand(program);
  addSettingOptions(program);
  return program;
}

function toExitCode(error: unknown): number {
  // Commander has printed the error, or the requested help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof AppError) {
    say(`marquee: ${error.message}`);
    return error.code === "USAGE" ? 2 : error.code === "INTERRUPTED" ? 130 : 1;
  }
  const storage = storageError(error);
  if (storage !== undefined) {
    // The path is no secret from the operator.
    const path = (error as { path?: unknown }).path;
    say(`marquee: ${storage.message}${typeof path === "string" ? `: ${path}` : ""}`);
    return 1;
  }
  say(`marquee: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
}
