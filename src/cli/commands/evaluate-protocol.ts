/** `marquee evaluate --protocol`: runs a named protocol and prints its figures. */
import type { Command } from "commander";
import { AppError } from "../../errors.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { rankerDefaults } from "../../ml/ranker/ranker-train.js";
import { readTrainingSet } from "../evaluation/load-training-set.js";
import { heldOutMoviesProtocol } from "../protocols/held-out-movies.js";
import { meanFigures, type ProtocolOptions, type ProtocolResult } from "../protocols/protocol.js";
import { leaveOneOutProtocol, rankingProtocol } from "../protocols/ranking-protocols.js";
import { heldOutUsersProtocol, randomProtocol, timeProtocol } from "../protocols/star-protocols.js";
import { printJson, printTable, printText } from "../terminal/output.js";
import { withServices } from "../terminal/with-services.js";
import { rankerOptions, starOptions } from "./train-factors.js";

export const protocols = [
  "random-90-10",
  "held-out-users",
  "held-out-movies",
  "time-split",
  "ranking-80-20",
  "ncf-leave-one-out",
] as const;
export type ProtocolName = (typeof protocols)[number];

const runs: Record<ProtocolName, (data: TrainingSet, options: ProtocolOptions) => Promise<ProtocolResult>> = {
  "random-90-10": randomProtocol,
  "held-out-users": heldOutUsersProtocol,
  "held-out-movies": heldOutMoviesProtocol,
  "time-split": timeProtocol,
  "ranking-80-20": rankingProtocol,
  "ncf-leave-one-out": leaveOneOutProtocol,
};

export interface ProtocolRunOptions {
  protocol: ProtocolName;
  kind?: "bayes" | "mf";
  seeds?: number[];
  split?: string;
  factors?: number;
  sweeps?: number;
  burnIn?: number;
  chains?: number;
  samples?: number;
  rankerFactors?: number;
  rankerUnobserved?: number;
  positiveFrom?: number;
  json?: boolean;
}

export async function runProtocol(options: ProtocolRunOptions, command: Command): Promise<void> {
  const started = performance.now();
  const stars = (seed: number) =>
    starOptions({ ...options, kind: options.kind ?? "bayes", seed, validation: 0, use: false });
  // Before anything is read: what is wrong with the options is said at once.
  stars(0);
  await withServices(command, async ({ db, encoders }) => {
    const { data, name } = readTrainingSet(db, "all", (await encoders.inUse()).key);
    const result = await runs[options.protocol](data, {
      seeds: options.seeds ?? [0],
      stars,
      split: options.split,
      ranker: rankerOptions({ ...options, seed: 0 }) ?? rankerDefaults,
    });
    checkFigures(result);
    const mean = meanFigures(result.runs);
    const seconds = (performance.now() - started) / 1000;
    if (options.json) {
      return printJson({
        protocol: result.protocol,
        description: result.description,
        dataset: name,
        runs: result.runs.map(({ seed, figures }) => ({ seed, ...figures })),
        mean,
        seconds,
      });
    }
    printText(`${result.protocol} on ${name}, in ${seconds.toFixed(0)} s. ${result.description}`);
    const figures = Object.keys(mean);
    const dials = figures.filter((name) => name.includes("~"));
    printTable(
      ["", ...result.runs.map(({ seed }) => `seed ${seed}`), "mean"],
      figures
        .filter((name) => !name.includes("~"))
        .map((figure) => [figure, ...result.runs.map(({ figures }) => shown(figures[figure])), shown(mean[figure])]),
      result.runs.map((_, i) => i + 1).concat(result.runs.length + 1),
    );
    if (dials.length > 0) printDials(mean, dials);
  });
}

/** The figures that stand for each position of the popularity dial, named `figure~dial`, as a table with a column a position. */
function printDials(mean: Record<string, number>, names: readonly string[]): void {
  const parts = names.map((name) => name.split("~"));
  const positions = [...new Set(["0", ...parts.map(([, position]) => position)])].sort((a, b) => Number(a) - Number(b));
  const figures = [...new Set(parts.map(([figure]) => figure))];
  printText("By popularity, from -1 (niche) to 1 (mainstream), means over the seeds:");
  printTable(
    ["", ...positions],
    figures.map((figure) => [
      figure,
      ...positions.map((position) => shown(mean[position === "0" ? figure : `${figure}~${position}`])),
    ]),
    positions.map((_, i) => i + 1),
  );
}

/** @throws {AppError} DATA_EMPTY where a figure is a mean over nothing, which JSON would show as null */
function checkFigures({ protocol, runs }: ProtocolResult): void {
  for (const { seed, figures } of runs) {
    for (const [name, value] of Object.entries(figures)) {
      if (Number.isFinite(value)) continue;
      throw new AppError(
        "DATA_EMPTY",
        `expected ratings held out by ${protocol} to measure ${name} on, received none with seed ${seed}: import more ratings`,
      );
    }
  }
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
