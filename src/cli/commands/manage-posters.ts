/** `marquee posters`: add, fetch, embed and map. */
import type { Command } from "commander";
import { AppError } from "../../errors.js";
import { addPosters } from "../../jobs/add-posters.js";
import { embedPosters } from "../../jobs/embed-posters.js";
import { fetchPosters } from "../../jobs/fetch-posters.js";
import { mapPosters } from "../../jobs/map-posters.js";
import { previewPosters } from "../../jobs/preview-posters.js";
import { printJson, printText, say, seconds } from "../terminal/output.js";
import { runInterruptible } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";

const failuresShown = 20;

export function addPosterCommands(program: Command): void {
  const posters = program
    .command("posters")
    .summary("add, fetch and embed posters")
    .description("add posters, fetch them from providers, and embed them");

  posters
    .command("add")
    .summary("add posters from a folder")
    .description(
      "add posters from a folder of files named <movieId> or tt<imdbId> with .jpg, .png or .webp, each of which is checked and stored by its content",
    )
    .argument("<folder>", "folder of pictures")
    .option("--json", "print the result as JSON")
    .action(async (folder: string, options: { json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report, interrupted } = await runInterruptible(finishing, (progress, { signal }) =>
          addPosters(services, { folder, signal }, progress),
        );
        for (const { file, reason } of report.refused) say(`refused ${file}: ${reason}`);
        const total = await services.store.posters.count();
        if (options.json) printJson({ ...report, posters: total });
        else {
          printText(
            `${report.added} posters added, ${report.unchanged} were there already, ${report.refused.length} refused, in ${seconds(started)}; ` +
              `${total} movies have a poster`,
          );
        }
        if (interrupted)
          throw new AppError("INTERRUPTED", "interrupted: what was added stays, run it again for the rest");
      });
    });

  posters
    .command("fetch")
    .summary("fetch missing posters from providers")
    .description(
      "fetch the posters of movies that have none from the providers that are set up (--poster-folder, --tmdb-api-key); what a provider does not have is not requested again for 30 days",
    )
    .option("--refresh", "request all movies again, and take posters that have changed; uploaded ones stay")
    .option("--json", "print the result as JSON")
    .action(async (options: { refresh?: boolean; json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report, interrupted } = await runInterruptible(finishing, (progress, { signal }) =>
          fetchPosters(services, { refresh: options.refresh, signal }, progress),
        );
        for (const { movieId, title, detail } of report.failed.slice(0, failuresShown)) {
          say(`failed ${movieId} ${title}: ${detail}`);
        }
        if (report.failed.length > failuresShown) say(`… and ${report.failed.length - failuresShown} more failed`);
        const total = await services.store.posters.count();
        if (options.json) printJson({ ...report, posters: total });
        else {
          const counts = Object.entries(report.outcomes)
            .filter(([, count]) => count > 0)
            .map(([outcome, count]) => `${count} ${outcome}`);
          printText(
            `${report.movies} movies asked for in ${seconds(started)}: ${counts.join(", ") || "nothing to do"}; ${total} movies have a poster`,
          );
        }
        if (interrupted)
          throw new AppError("INTERRUPTED", "interrupted: what was fetched stays, run it again for the rest");
      });
    });

  posters
    .command("embed")
    .summary("embed all posters, and make their previews")
    .description(
      "embed all posters with the encoder in use and make their previews, as queries do for single posters when they first need them",
    )
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report, interrupted } = await runInterruptible(finishing, async (progress, { signal }) => {
          const embedding = await embedPosters(services, { signal }, progress);
          return { ...embedding, previewed: await previewPosters(services, { signal }, progress) };
        });
        for (const { sha256, reason } of report.failed) say(`failed ${sha256.slice(0, 12)}…: ${reason}`);
        if (options.json) printJson(report);
        else
          printText(
            `${report.embedded} posters embedded by ${report.encoder}, ${report.failed.length} failed, ${report.previewed} previews made, in ${seconds(started)}`,
          );
        if (interrupted)
          throw new AppError("INTERRUPTED", "interrupted: what was embedded stays, run it again for the rest");
      });
    });

  posters
    .command("map")
    .summary("lay all posters out on the page's map")
    .description(
      "lay all embedded posters out on a map, those that look alike near each other, and draw them into one picture, as the server does in the background",
    )
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      const started = performance.now();
      await withServices(command, async (services) => {
        const { report } = await runInterruptible("Interrupted: the map stays as it was …", (progress, { signal }) =>
          mapPosters(services, { signal }, progress),
        );
        if (options.json) printJson(report);
        else if (report.isUnchanged) printText(`nothing to do: the map of ${report.posters} posters is current`);
        else printText(`${report.posters} posters in ${report.clusters} clusters mapped in ${seconds(started)}`);
      });
    });
}

/** What Ctrl-C shows while posters are added, fetched or embedded. */
const finishing = "Interrupted: finishing the posters under way …";
