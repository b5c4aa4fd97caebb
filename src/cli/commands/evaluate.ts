/** `marquee evaluate`: measures models on held-out ratings. */
import type { Command } from "commander";
import type { ModelComparison } from "../../jobs/evaluate/compare-models.js";
import type { ErrorDetails } from "../../jobs/evaluate/error-details.js";
import type { Evaluation } from "../../jobs/evaluate/evaluation.js";
import { protocolNames } from "../../jobs/evaluate/run-protocol.js";
import { decimal, oneOf, wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printTable, printText, say, writeOut } from "../terminal/output.js";
import { requireModel } from "../terminal/require-existing.js";
import { runJob } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";
import { type ProtocolFlags, runProtocolCommand } from "./evaluate-protocol.js";

interface EvaluateFlags extends Partial<ProtocolFlags> {
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
    .summary("measure the errors of models, or train and test by a protocol")
    .description(
      "predict known ratings and print the error of the model that serves, on ratings held out from its training, beside " +
        "all other models and baselines that need no model; or, with --protocol, train on a part of the data, test on the " +
        "rest, and save nothing",
    )
    .option("--model <name>", "measure this model instead of the one that serves")
    .option("--all", "predict every rating, including those that it was trained on, and compare nothing")
    .option(
      "--details",
      "print errors by rating count, genre, popularity and stars, and the calibration (part of --json)",
    )
    .option("--picture <file>", "draw the confusion matrix into this PNG file")
    .option("--histogram <file>", "draw the ratings given and predicted into this PNG file")
    .optionsGroup("Options of protocols:")
    .option(
      "--protocol <name>",
      `train and test by this protocol: ${protocolNames.join(", ")}`,
      oneOf("--protocol", protocolNames),
    )
    .option("--seeds <list>", "repeat it with these seeds, such as 0,1,2 (default: 0)", seedList)
    .option(
      "--kind <kind>",
      "train this kind of model: bayes or mf (default: bayes)",
      oneOf("--kind", ["bayes", "mf"] as const),
    )
    .option(
      "--split <folder>",
      "take the split of ncf-leave-one-out from He et al.'s *.train.rating and *.test.negative in this folder",
    )
    .option("--factors <n>", "train with this value, as marquee train does", wholeNumberArgument("--factors", 1, 512))
    .option("--sweeps <n>", "train with this value, as marquee train does", wholeNumberArgument("--sweeps", 2, 100_000))
    .option(
      "--burn-in <n>",
      "train with this value, as marquee train does",
      wholeNumberArgument("--burn-in", 1, 100_000),
    )
    .option("--chains <n>", "train with this value, as marquee train does", wholeNumberArgument("--chains", 1, 64))
    .option("--samples <n>", "train with this value, as marquee train does", wholeNumberArgument("--samples", 1, 1000))
    .option(
      "--ranker-factors <n>",
      "train with this value, as marquee train does",
      wholeNumberArgument("--ranker-factors", 1, 1024),
    )
    .option(
      "--ranker-unobserved <x>",
      "train with this value, as marquee train does",
      decimal("--ranker-unobserved", 0.001, 1),
    )
    .option(
      "--positive-from <stars>",
      "train with this value, as marquee train does",
      decimal("--positive-from", 0.5, 5),
    )
    .optionsGroup("Options:")
    .option("--json", "print the result as JSON")
    .action((options: EvaluateFlags, command: Command) =>
      options.protocol === undefined
        ? runEvaluate(options, command)
        : runProtocolCommand({ ...options, protocol: options.protocol }, command),
    );
}

function seedList(text: string): number[] {
  return text.split(",").map(wholeNumberArgument("each of --seeds", 0, 2 ** 31 - 1));
}

async function runEvaluate(options: EvaluateFlags, command: Command): Promise<void> {
  const { evaluateModel } = await import("../../jobs/evaluate/evaluate-model.js");
  await withServices(command, async (services) => {
    await requireModel(services, options.model);
    const details = options.json || options.details;
    const report = await runJob((progress) =>
      evaluateModel(services, { model: options.model, all: options.all, details }, progress),
    );
    const { model, evaluation, comparison } = report;
    await drawCharts(model, evaluation, options);
    if (options.json) {
      const { truth: _truth, predicted: _predicted, ...shown } = evaluation;
      return printJson({
        model,
        ...shown,
        comparison: comparison && { count: comparison.rows.length, models: comparison.models },
        ...report.details,
      });
    }
    printEvaluation(model, evaluation, comparison);
    if (report.details !== undefined) printDetails(report.details);
  });
}

async function drawCharts(
  model: string,
  { confusionMatrix, truth, predicted, protocol }: Evaluation,
  { picture, histogram }: EvaluateFlags,
): Promise<void> {
  if (picture === undefined && histogram === undefined) return;
  // The charting library is slow to load: not before it is needed.
  const { confusionChart, ratingsChart } = await import("../../jobs/evaluate/charts.js");
  const subtitle = `${model}, ${protocol}`;
  if (picture !== undefined) {
    await writeOut(picture, await confusionChart(confusionMatrix, subtitle));
    say(`drew ${picture}`);
  }
  if (histogram !== undefined) {
    await writeOut(histogram, await ratingsChart(truth, predicted, subtitle));
    say(`drew ${histogram}`);
  }
}

function printEvaluation(name: string, result: Evaluation, comparison: ModelComparison | undefined): void {
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
}: ErrorDetails): void {
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
