/**
 * Runs benches, each with both sides in one run, and prints a table, or with `--json` one JSON document a line:
 * `{name, ratio, ours, yardstick, rounds}` and more. `npm run bench -- [name …] [--json] [--quick] [--data <folder>]`
 *
 * Without names all run. `--quick` checks that they run, in one short round; it is no measurement. The data is `--data`, else the folder
 * that `bench/prepare.js` makes (with `--quick` the embedded data set). The figures depend on the machine, the ratios much less.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { overhead } from "./benches/overhead.js";
import { serveBenches } from "./benches/serve.js";
import { prepare } from "./prepare.js";

const benches = { ...serveBenches, overhead };

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
for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const result = await benches[name]({ folder, quick });
  if (json) console.log(JSON.stringify({ ...result, data, machine, quick }));
  else console.log(toLine(result));
}

function toLine({ name, unit, ratio, ours, yardstick, target, met }) {
  const figures = `ours ${toFigure(ours)}, yardstick ${toFigure(yardstick)} ${unit}`;
  return `${name.padEnd(18)} ${ratio.toFixed(3).padStart(7)}  (target ${target}, ${met ? "met" : "missed"})  ${figures}`;
}

function toFigure(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
