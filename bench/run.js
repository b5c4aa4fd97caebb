/**
 * Runs benches, each with both sides in one run, and prints a table, or with `--json` one JSON document a line:
 * `{name, ratio, ours, yardstick, rounds}` and more. `npm run bench -- [name …] [--json] [--quick] [--data <folder>]`
 *
 * Without names all run. `--quick` checks that they run, in one short round; it is no measurement. The data is `--data`, else the folder
 * that `bench/prepare.js` makes (with `--quick` the embedded data set). The figures depend on the machine, the ratios much less.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { embed } from "./benches/embed.js";
import { growth } from "./benches/growth.js";
import { importBench } from "./benches/import.js";
import { latency } from "./benches/latency.js";
import { overhead } from "./benches/overhead.js";
import { cli, start } from "./benches/processes.js";
import { scoreAll } from "./benches/score-all.js";
import { serveBenches } from "./benches/serve.js";
import { trainChain, trainMf } from "./benches/train.js";
import { prepare } from "./prepare.js";

const benches = {
  ...serveBenches,
  overhead,
  latency,
  "score-all": scoreAll,
  cli,
  start,
  import: importBench,
  embed,
  "train-mf": trainMf,
  "train-chain": trainChain,
  growth,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, quick: { type: "boolean" }, data: { type: "string" } },
});
const unknown = positionals.filter((name) => benches[name] === undefined);
if (unknown.length > 0) {
  console.error(`expected names of benches (${Object.keys(benches).join(", ")}), received ${unknown.join(", ")}`);
  process.exit(2);
}
const { quick = false, json = false } = values;
const { folder, data } =
  values.data === undefined ? await prepare({ embedded: quick }) : { folder: values.data, data: values.data };
const machine = `node ${process.version}, ${cpus()[0]?.model.trim()} × ${cpus().length}`;
if (!json) console.log(`${data}; ${machine}${quick ? "; quick: no measurement" : ""}\n`);
// Quickly, what needs minutes even once is left to the full run.
const slow = ["import", "growth"];
const all = Object.keys(benches).filter((name) => !quick || !slow.includes(name));
for (const name of positionals.length > 0 ? positionals : all) {
  const result = await benches[name]({ folder, quick });
  if (json) console.log(JSON.stringify({ ...result, data, machine, quick }));
  else console.log(toLine(result));
}

function toLine({ name, unit, ratio, ours, yardstick, target, met, skipped }) {
  if (skipped !== undefined) return `${name.padEnd(18)} skipped: ${skipped}`;
  const figures = `ours ${toFigure(ours)}, yardstick ${toFigure(yardstick)} ${unit}`;
  return `${name.padEnd(18)} ${ratio.toFixed(3).padStart(7)}  (target ${target}, ${met ? "met" : "missed"})  ${figures}`;
}

function toFigure(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
