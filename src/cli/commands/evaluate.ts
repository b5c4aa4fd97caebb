/** `marquee evaluate`: measures models on held-out ratings. */
import type { Command } from "commander";
import { AppError, received } from "../../errors.js";
import { parseGenres } from "../../ml/data/labels.js";
import { splitByIdentity } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import {
  calibration,
  errorsByClass,
  errorsByGroup,
  groupsByCount,
  matchHistogram,
} from "../../ml/evaluation/breakdown.js";
import type { ManifestDraft } from "../../ml/model/manifest.js";
import { type Comparison, compareModels, heldOutRows } from "../evaluation/comparison.js";
import { type Evaluation, evaluate, otherRows, splitProtocol } from "../evaluation/evaluation.js";
import { readTrainingSet } from "../evaluation/load-training-set.js";
import { decimal, oneOf, wholeNumber } from "../terminal/arguments.js";
import { withServices } from "../terminal/command-context.js";
import { print, printJson, printTable, printText, say, writeOut } from "../terminal/output.js";
import { createProgress } from "../terminal/progress.js";
import { type ProtocolRunOptions, protocols, runProtocol } from "./evaluate-protocol.js";

interface EvaluateOptions extends Partial<ProtocolRunOptions> {
  model?: string;
  all?: boolean;
  picture?: string;
  histogram?: string;
  details?: boolean;
  json?: boolean;
}

export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .summary("measure models' errors, or a way of training by a named protocol")
    .description(
      "Predict known ratings and print how far off the model that serves is, on ratings held out from its training, beside " +
        "all other models and what needs no model. With --protocol: train on a part of the data, test on the rest; nothing " +
        "is saved.",
    )
    .option("--model <name>", "measure this model instead of the one that serves")
    .option("--all", "predict every rating, those that it was trained on too; nothing is compared")
    .option(
      "--details",
      "print errors by rating count, genre, popularity and stars, and the calibration (--json has them)",
    )
    .option("--picture <file>", "draw the confusion matrix into this PNG file")
    .option("--histogram <file>", "draw the ratings given and predicted into this PNG file")
    .option("--protocol <name>", protocols.join(", "), oneOf("--protocol", protocols))
    .option("--seeds <list>", "with --protocol: seeds, such as 0,1,2 (default: 0)", seedList)
    .option("--kind <kind>", "with --protocol: bayes or mf (default: bayes)", oneOf("--kind", ["bayes", "mf"] as const))
    .option("--split <folder>", "with ncf-leave-one-out: folder with He et al.'s *.train.rating and *.test.negative")
    .option("--factors <n>", "with --protocol: as of train", wholeNumber("--factors", 1, 512))
    .option("--sweeps <n>", "with --protocol: as of train", wholeNumber("--sweeps", 2, 100_000))
    .option("--burn-in <n>", "with --protocol: as of train", wholeNumber("--burn-in", 1, 100_000))
    .option("--chains <n>", "with --protocol: as of train", wholeNumber("--chains", 1, 64))
    .option("--samples <n>", "with --protocol: as of train", wholeNumber("--samples", 1, 1000))
    .option("--ranker-factors <n>", "with --protocol: as of train", wholeNumber("--ranker-factors", 1, 1024))
    .option("--ranker-unobserved <x>", "with --protocol: as of train", decimal("--ranker-unobserved", 0.001, 1))
    .option("--positive-from <stars>", "with --protocol: as of train", decimal("--positive-from", 0.5, 5))
    .option("--json", "print the result as JSON")
    .action((options: EvaluateOptions, command: Command) =>
      options.protocol === undefined
        ? evaluateModel(options, command)
        : runProtocol({ ...options, protocol: options.protocol }, command),
    );
}

function seedList(text: string): number[] {
  return text.split(",").map(wholeNumber("each of --seeds", 0, 2 ** 31 - 1));
}

async function evaluateModel(options: EvaluateOptions, command: Command): Promise<void> {
  await withServices(command, async (services) => {
    const model = await services.models.get(options.model);
    const { data, name: datasetName } = readTrainingSet(services.db, "all", model.posterEncoder);
    const size = data.ratings.stars.length;
    const { rows: heldOut, protocol, note } = splitOf(model.manifest, data);
    const rows = options.all ? Int32Array.from({ length: size }, (_, row) => row) : heldOut;
    if (note !== undefined && !options.all) say(`marquee: ${note}`);
    if (rows.length === 0) {
      throw new AppError(
        "DATA_EMPTY",
        `expected ratings to hold out, received ${size} in all: measure them with --all`,
      );
    }
    const progress = createProgress("evaluate", rows.length, "ratings");
    const result = await evaluate(
      model,
      data,
      rows,
      options.all ? "all ratings" : protocol,
      (done) => progress.update(done),
      // With --all, users are folded in from all their ratings: how well the model fits, not how well it predicts.
      options.all ? rows : undefined,
    ).finally(() => progress.stop());
    const name = model.manifest.name;
    // The charting library is slow to load: only where it is needed.
    if (options.picture !== undefined) {
      const { confusionChart } = await import("../terminal/charts.js");
      await writeOut(options.picture, await confusionChart(result.confusionMatrix, `${name}, ${result.protocol}`));
      say(`drew ${options.picture}`);
    }
    if (options.histogram !== undefined) {
      const { ratingsChart } = await import("../terminal/charts.js");
      await writeOut(
        options.histogram,
        await ratingsChart(result.truth, result.predicted, `${name}, ${result.protocol}`),
      );
      say(`drew ${options.histogram}`);
    }
    const comparison = options.all ? undefined : await compareModels(services, data, datasetName);
    const { truth: _truth, predicted: _predicted, ...shown } = result;
    const details = options.json || options.details ? detailsOf(data, rows, result) : undefined;
    if (options.json) {
      return printJson({
        model: name,
        ...shown,
        comparison: comparison && { count: comparison.rows.length, models: comparison.models },
        ...details,
      });
    }
    printEvaluation(name, result, comparison);
    if (details !== undefined) printDetails(details);
  });
}

type Details = ReturnType<typeof detailsOf>;

/** Errors by group; groups are of what is known without the ratings that are predicted. */
function detailsOf(data: TrainingSet, rows: Int32Array, { truth, predicted }: Evaluation) {
  const { ratings } = data;
  const order = rows.slice().sort((a, b) => ratings.userIds[a] - ratings.userIds[b] || a - b);
  const ofUser = new Map<number, number>();
  const ofMovie = new Map<number, number>();
  const known = otherRows(ratings.stars.length, rows);
  for (const row of known.length === 0 ? rows : known) {
    ofUser.set(ratings.userIds[row], (ofUser.get(ratings.userIds[row]) ?? 0) + 1);
    ofMovie.set(ratings.movieIds[row], (ofMovie.get(ratings.movieIds[row]) ?? 0) + 1);
  }
  const genres = new Map<string, number[]>();
  const movies = new Map<number, readonly string[]>(data.movies.map((movie) => [movie.id, parseGenres(movie)]));
  order.forEach((row, place) => {
    for (const genre of movies.get(ratings.movieIds[row]) ?? []) {
      const places = genres.get(genre);
      if (places === undefined) genres.set(genre, [place]);
      else places.push(place);
    }
  });
  const counts = (of: Map<number, number>, ids: Int32Array) => Array.from(order, (row) => of.get(ids[row]) ?? 0);
  const matched = matchHistogram(truth, predicted);
  return {
    byRatingCount: errorsByGroup(
      truth,
      predicted,
      groupsByCount(counts(ofUser, ratings.userIds), [0, 10, 30, 100, 300, 1000]),
    ),
    byPopularity: errorsByGroup(
      truth,
      predicted,
      groupsByCount(counts(ofMovie, ratings.movieIds), [0, 1, 10, 30, 100, 300, 1000]),
    ),
    byGenre: errorsByGroup(truth, predicted, new Map([...genres].sort(([a], [b]) => (a < b ? -1 : 1)))),
    byStars: errorsByClass(truth, predicted),
    calibration: calibration(truth, predicted),
    /** Predictions moved so that as many of each rating are predicted as are given. */
    histogramMatched: {
      rmse: Math.sqrt(matched.reduce((sum, value, place) => sum + (value - truth[place]) ** 2, 0) / truth.length),
      byStars: errorsByClass(truth, matched),
    },
  };
}

function printEvaluation(name: string, result: Evaluation, comparison: Comparison | undefined): void {
  printText(
    `${name}, ${result.protocol}: RMSE ${result.rmse.toFixed(4)}, MAE ${result.mae.toFixed(4)} stars over ${result.count} ratings`,
  );
  printTable(
    ["true ↓ predicted →", "1", "2", "3", "4", "5"],
    result.confusionMatrix.map((row, i) => [`${i + 1} ★`, ...row.map(percent)]),
    [1, 2, 3, 4, 5],
  );
  if (comparison === undefined) return;
  printText(
    `All models on the ${comparison.rows.length} ratings that none of them was trained on; how many of each rating they find:`,
  );
  printTable(
    ["model", "kind", "RMSE", "MAE", "1 ★", "2 ★", "3 ★", "4 ★", "5 ★"],
    comparison.models.map(({ name: model, kind, rmse, mae, recallByStars }) => [
      model,
      kind,
      rmse.toFixed(4),
      mae.toFixed(4),
      ...recallByStars.map(percent),
    ]),
    [2, 3, 4, 5, 6, 7, 8],
  );
}

function printDetails({
  byRatingCount,
  byPopularity,
  byGenre,
  byStars,
  calibration: bins,
  histogramMatched,
}: Details): void {
  for (const [title, groups] of [
    ["the user's other ratings", byRatingCount],
    ["the movie's other ratings", byPopularity],
    ["genre", byGenre],
  ] as const) {
    printTable(
      [title, "ratings", "RMSE", "MAE", "bias"],
      groups.map(({ group, count, rmse, mae, bias }) => [
        group,
        count,
        rmse.toFixed(4),
        mae.toFixed(4),
        bias.toFixed(3),
      ]),
      [1, 2, 3, 4],
    );
  }
  printTable(
    ["true", "ratings", "RMSE", "found", "RMSE, histogram matched", "found, histogram matched"],
    byStars.map(({ stars, count, rmse, recall }, i) => [
      `${stars} ★`,
      count,
      rmse.toFixed(4),
      percent(recall),
      histogramMatched.byStars[i].rmse.toFixed(4),
      percent(histogramMatched.byStars[i].recall),
    ]),
    [1, 2, 3, 4, 5],
  );
  print(`RMSE with the histogram matched: ${histogramMatched.rmse.toFixed(4)}`);
  printTable(
    ["predicted", "ratings", "mean predicted", "mean true"],
    bins.map(({ from, to, count, meanPredicted, meanTrue }) => [
      `${from.toFixed(1)}–${to.toFixed(1)}`,
      count,
      meanPredicted.toFixed(3),
      meanTrue.toFixed(3),
    ]),
    [1, 2, 3],
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Which ratings the model did not see in training, as far as its manifest tells. */
function splitOf(manifest: ManifestDraft, data: TrainingSet): { rows: Int32Array; protocol: string; note?: string } {
  const { name, training } = manifest;
  const heldOut = heldOutRows(manifest, data);
  if ("rows" in heldOut) {
    return { ...heldOut, protocol: splitProtocol(Number(training?.validationShare), Number(training?.seed)) };
  }
  return {
    rows: splitByIdentity(data.ratings, 0.2, 0).validation,
    // Not a word of "held out": these are no measure of how well it predicts.
    protocol: "random 20% of the ratings, some or all of which it was trained on",
    note: `${received(name)} ${heldOut.unknown}: what follows says how well it fits, not how well it predicts`,
  };
}
