/** `marquee predict` and `sample`: print predicted stars, and random ratings. */
import { randomInt } from "node:crypto";
import type { Command } from "commander";
import { AppError } from "../../errors.js";
import { predictPairs } from "../../recommend/predict.js";
import { createReader, loadAll } from "../../recommend/reader.js";
import { clampStars } from "../../recommend/star-scale.js";
import { movieIdArgument, userIdArgument, wholeNumberArgument } from "../terminal/arguments.js";
import { printJson, printTable } from "../terminal/output.js";
import { requireModel, requireMovies, requireUser } from "../terminal/require-existing.js";
import { withServices } from "../terminal/with-services.js";

export function addPredictCommands(program: Command): void {
  program
    .command("predict")
    .summary("predict a user's stars")
    .description(
      "print the stars that a user is predicted to give: to the movies named, in their order, or to the movies predicted best",
    )
    .argument("<userId>", "the user's number in the data set")
    .argument("[movieId...]", "the movies' numbers in the data set")
    .option(
      "--first <n>",
      "print this many where no movie is named (default: 20, or all with --json)",
      wholeNumberArgument("--first", 1, 1_000_000),
    )
    .option("--model <name>", "predict with this model")
    .option("--json", "print the result as JSON")
    .action(runPredict);

  program
    .command("sample")
    .summary("print random ratings")
    .description("print random ratings with their users and movies")
    .option("-n, --count <n>", "print this many ratings", wholeNumberArgument("--count", 1, 10_000), 10)
    .option("--json", "print the result as JSON")
    .action(async (options: { count: number; json?: boolean }, command: Command) => {
      await withServices(command, async ({ store: { ratings } }) => {
        const total = await ratings.count();
        if (total === 0)
          throw new AppError(
            "DATA_EMPTY",
            "there are no ratings yet: run marquee import, or marquee setup for the embedded data set",
          );
        const drawn = Array.from({ length: options.count }, () => ratings.atOffset(randomInt(total)));
        const rows = (await Promise.all(drawn)).filter((row) => row !== undefined);
        if (options.json) return printJson(rows);
        printTable(
          ["user", "movie", "title", "rating"],
          rows.map((row) => [row.userId, row.movieId, row.title, row.rating]),
          [0, 1, 3],
        );
      });
    });
}

async function runPredict(
  user: string,
  movieArguments: string[],
  options: { first?: number; model?: string; json?: boolean },
  command: Command,
): Promise<void> {
  await withServices(command, async (services) => {
    const userId = await requireUser(services, userIdArgument(user));
    const movieIds = movieArguments.map(movieIdArgument);
    await requireMovies(services, movieIds);
    const model = await requireModel(services, options.model);
    const reader = createReader(services, { model });
    const wanted = movieIds.length > 0 ? movieIds : (await services.catalogue()).movies.map(({ id }) => id);
    const results = await predictPairs(
      reader,
      wanted.map((movieId) => ({ userId, movieId })),
    );
    const all = results.map((result) => {
      if (result instanceof AppError) throw result;
      return { movieId: result.movieId, score: result.stars, basis: result.basis };
    });
    // Movies that were named keep their order.
    if (movieIds.length === 0) all.sort((a, b) => b.score - a.score || a.movieId - b.movieId);
    const first = movieIds.length > 0 ? all.length : (options.first ?? (options.json ? all.length : shownPredictions));
    const predictions = all.slice(0, first);
    if (options.json) return printJson({ userId, model: model.manifest.name, predictions });
    const titles = await loadAll(
      reader.movieById,
      predictions.map(({ movieId }) => movieId),
    );
    printTable(
      ["movie", "title", "predicted", "basis"],
      predictions.map((row, i) => [
        row.movieId,
        titles[i]?.displayTitle ?? "",
        `${clampStars(row.score).toFixed(2)} ★`,
        row.basis,
      ]),
      [0, 2],
    );
  });
}

/** About a screenful. */
const shownPredictions = 20;
