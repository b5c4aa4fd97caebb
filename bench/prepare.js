/**
 * Makes the data folder that the benches measure on: MovieLens 1M with links, 2,523 posters embedded by MobileNetV2, and the default
 * model, from the files beside the repository (`../shared`). It is made once, in about six minutes, in `bench/data`; delete the folder to
 * make it again. Where those files are absent the benches measure on the embedded data set, and say so.
 * `node bench/prepare.js`
 */
import { spawn } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here("../bin/marquee.js");
const shared = here("../../shared");
const folders = { movielens: here("data/movielens-1m"), embedded: here("data/embedded") };

/** @returns the folder, made if need be, and what it holds */
export async function prepare({ embedded = false } = {}) {
  const isFull = !embedded && existsSync(`${shared}/data/ml-1m.zip`);
  const folder = isFull ? folders.movielens : folders.embedded;
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    for (const args of isFull ? movielensSteps : [["setup"]]) await run(args, unfinished);
    renameSync(unfinished, folder);
  }
  return {
    folder,
    data: isFull ? "MovieLens 1M, 2,523 posters, MobileNetV2, the default model" : "the small embedded data set",
  };
}

const movielensSteps = [
  ["import", `${shared}/data/ml-1m.zip`, "--links", `${shared}/data/ml-25m-links.zip`],
  ["posters", "add", `${shared}/data/posters`],
  ["encoders", "add", `${shared}/models/mobilenetv2-12-int8.onnx`, "--use"],
  ["posters", "embed"],
  ["train"],
];

/** Runs one command of the program on a data folder, and shows its progress. */
export function run(args, dataDir) {
  console.error(`bench: marquee ${args.join(" ")}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args, "--data-dir", dataDir], { stdio: ["ignore", 2, 2] });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`marquee ${args[0]} ended with ${code}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, data } = await prepare();
  console.log(`${folder}: ${data}`);
}
