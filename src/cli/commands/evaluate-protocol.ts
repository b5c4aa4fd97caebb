/** `marquee evaluate --protocol`: runs a named protocol and prints its figures. */
import type { Command } from "commander";
import { type ProtocolName, type ProtocolReport, runProtocol } from "../../jobs/evaluate/run-protocol.js";
import { rankerDefaults } from "../../ml/ranker/ranker-train.js";
import { printJson, printTable, printText } from "../terminal/output.js";
import { runJob } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";
import { type FactorFlags, parseRankerOptions, parseStarOptions } from "./train-options.js";

export interface ProtocolFlags extends FactorFlags {
  protocol: ProtocolName;
  kind?: "bayes" | "mf";
  seeds?: number[];
  split?: string;
  json?: boolean;
}

export async function runProtocolCommand(flags: ProtocolFlags, command: Command): Promise<void> {
  const started = performance.now();
  const { protocol, kind = "bayes", seeds = [0], split } = flags;
  const stars = (seed: number) => parseStarOptions(kind, { ...flags, seed });
  // Before anything is read: wrong options are reported at once.
  stars(0);
  const options = { protocol, seeds, stars, split, ranker: parseRankerOptions(flags) ?? rankerDefaults };
  await withServices(command, async (services) => {
    const report = await runJob((progress) => runProtocol(services, options, progress));
    const seconds = (performance.now() - started) / 1000;
    if (flags.json) printJson(toJson(report, seconds));
    else printReport(report, seconds);
  });
}

function toJson({ protocol, description, dataset, runs, mean }: ProtocolReport, seconds: number) {
  return {
    protocol,
    description,
    dataset,
    runs: runs.map(({ seed, figures }) => ({ seed, ...figures })),
    mean,
    seconds,
  };
}

function printReport({ protocol, description, dataset, runs, mean }: ProtocolReport, seconds: number): void {
  printText(`${protocol} on ${dataset}, in ${seconds.toFixed(0)} s. ${description}`);
  const names = Object.keys(mean);
  printTable(
    ["", ...runs.map(({ seed }) => `seed ${seed}`), "mean"],
    names
      .filter((name) => !name.includes("~"))
      .map((name) => [name, ...runs.map(({ figures }) => formatFigure(figures[name])), formatFigure(mean[name])]),
    runs.map((_, i) => i + 1).concat(runs.length + 1),
  );
  const byBias = names.filter((name) => name.includes("~"));
  if (byBias.length > 0) printByBias(mean, byBias);
}

/** Figures by popularity bias, named `figure~bias`, as a table with one column per bias. */
function printByBias(mean: Record<string, number>, names: readonly string[]): void {
  const parts = names.map((name) => name.split("~"));
  const biases = [...new Set(["0", ...parts.map(([, bias]) => bias)])].sort((a, b) => Number(a) - Number(b));
  const figures = [...new Set(parts.map(([figure]) => figure))];
  printText("By popularity, from -1 (niche) to 1 (mainstream), means over the seeds:");
  printTable(
    ["", ...biases],
    figures.map((figure) => [
      figure,
      ...biases.map((bias) => formatFigure(mean[bias === "0" ? figure : `${figure}~${bias}`])),
    ]),
    biases.map((_, i) => i + 1),
  );
}

function formatFigure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
