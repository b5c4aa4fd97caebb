/** `marquee posters`: add and embed. */
import type { Command } from "commander";
import { countPosters } from "../db/posters.js";
import { AppError } from "../errors.js";
import { addPosters } from "../resolvers/add-posters.js";
import { embedPosters } from "../resolvers/embed-posters.js";
import { interruptSignal, withServices } from "./context.js";
import { print, printJson, say, seconds } from "./output.js";
import { createProgress, type Progress } from "./progress.js";

export function addPosterCommands(program: Command): void {
  const posters = program
    .command("posters")
    .summary("add posters and embed them")
    .description("Add posters and embed them.");

  posters
    .command("add")
    .summary("add posters from a folder")
    .description(
      "Take posters from a folder: files named <movieId> or tt<imdbId> with .jpg, .png or .webp. Each is checked, and kept under its content.",
    )
    .argument("<folder>", "folder of pictures")
    .option("--json", "print the result as JSON")
    .action(async (folder: string, options: { json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report, interrupted } = await watched("add", (onProgress, signal) =>
          addPosters(services, folder, onProgress, signal),
        );
        for (const { file, reason } of report.refused) say(`refused ${file}: ${reason}`);
        const total = countPosters(services.db);
        if (options.json) printJson({ ...report, posters: total });
        else {
          print(
            `${report.added} posters added, ${report.unchanged} were there already, ${report.refused.length} refused, in ${seconds(started)}; ` +
              `${total} movies have a poster`,
          );
        }
        if (interrupted)
          throw new AppError("INTERRUPTED", "interrupted: what was added stays, run it again for the rest");
      });
    });

  posters
    .command("embed")
    .summary("embed all posters")
    .description(
      "Embed all posters with the encoder in use. Queries do this for single posters when they first need them.",
    )
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report, interrupted } = await watched("embed", (onProgress, signal) =>
          embedPosters(services, onProgress, signal),
        );
        for (const { sha256, reason } of report.failed) say(`failed ${sha256.slice(0, 12)}…: ${reason}`);
        if (options.json) printJson(report);
        else
          print(
            `${report.embedded} posters embedded by ${report.encoder}, ${report.failed.length} failed, in ${seconds(started)}`,
          );
        if (interrupted)
          throw new AppError("INTERRUPTED", "interrupted: what was embedded stays, run it again for the rest");
      });
    });
}

async function watched<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void, signal: AbortSignal) => Promise<T>,
): Promise<{ report: T; interrupted: boolean }> {
  const interrupt = interruptSignal("Interrupted: finishing the posters under way …");
  let progress: Progress | undefined;
  try {
    const report = await work((done, total) => {
      progress ??= createProgress(label, total, "posters");
      progress.update(done);
    }, interrupt.signal);
    return { report, interrupted: interrupt.signal.aborted };
  } finally {
    progress?.stop();
    interrupt.release();
  }
}
