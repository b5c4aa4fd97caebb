/** `marquee evaluate`. */
import type { Command } from "commander";
import { AppError } from "../errors.js";
import { fingerprint } from "../ml/baseline-data.js";
import type { ManifestDraft } from "../ml/manifest.js";
import { randomSplit } from "../ml/split.js";
import { withServices } from "./context.js";
import { evaluate, splitProtocol } from "./evaluation.js";
import { print, printJson, printTable, say, writeOut } from "./output.js";
import { createProgress } from "./progress.js";
import { readTrainingSet } from "./training-set.js";

export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .summary("measure a model's errors")
    .description(
      "Predict known ratings and print how far off the model is: those held out from its training, or with --all every one.",
    )
    .option("--model <name>", "measure this model instead of the one that serves")
    .option("--all", "predict every rating, those that it was trained on too")
    .option("--picture <file>", "draw the confusion matrix into this PNG file")
    .option("--json", "print the result as JSON")
    .action(async (options: { model?: string; all?: boolean; picture?: string; json?: boolean }, command: Command) => {
      await withServices(command, async ({ db, models }) => {
        const { data } = readTrainingSet(db);
        const model = await models.get(options.model);
        const { share, seed, note } = splitOf(model.manifest, fingerprint(data.ratings));
        const size = data.ratings.stars.length;
        const rows = options.all
          ? Int32Array.from({ length: size }, (_, row) => row)
          : randomSplit(size, share, seed).validation;
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
          options.all ? "all ratings" : splitProtocol(share, seed),
          (done) => progress.update(done),
        ).finally(() => progress.stop());
        const { truth: _truth, predicted: _predicted, ...shown } = result;
        const name = model.manifest.name;
        if (options.picture !== undefined) {
          // The charting library is slow to load: only where it is needed.
          const { confusionChart } = await import("./charts.js");
          await writeOut(options.picture, await confusionChart(result.confusionMatrix, `${name}, ${result.protocol}`));
          say(`drew ${options.picture}`);
        }
        if (options.json) return printJson({ model: name, ...shown });
        print(
          `${name}, ${result.protocol}: RMSE ${result.rmse.toFixed(4)}, MAE ${result.mae.toFixed(4)} stars over ${result.count} ratings`,
        );
        printTable(
          ["true ↓ predicted →", "1", "2", "3", "4", "5"],
          result.confusionMatrix.map((row, i) => [
            `${i + 1} ★`,
            ...row.map((share) => `${(share * 100).toFixed(1)} %`),
          ]),
          [1, 2, 3, 4, 5],
        );
      });
    });
}

/** Which ratings the model did not see in training, as far as its manifest tells. */
function splitOf(
  { training, name, dataset }: ManifestDraft,
  loaded: string,
): { share: number; seed: number; note?: string } {
  const share = training?.validationShare;
  const seed = training?.seed;
  if (typeof share !== "number" || typeof seed !== "number") {
    return {
      share: 0.2,
      seed: 0,
      note: `${name} was imported and does not say what it was trained on: some of these ratings may be among it`,
    };
  }
  const note = `the ratings changed since ${name} was trained: some of those held out now may have been in its training`;
  return { share, seed, note: dataset.fingerprint === loaded ? undefined : note };
}
