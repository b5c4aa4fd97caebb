/**
 * Whole processes: from the start of the server to its first correct answer, and one `marquee recommend`. The yardsticks are a process that
 * does nothing, and one that opens the database and the model.
 */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alternate, median, toTimeResult } from "../measure.js";
import { ask, startMarquee } from "../servers.js";
import { copyFolder, readmeQuery } from "./serve.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here("../../bin/marquee.js");
const peakFile = join(tmpdir(), `marquee-bench-peak-${process.pid}`);

/** @returns seconds, what it printed, and its peak memory in MiB */
function run(args) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ["--import", here("../sides/peak.js"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, BENCH_PEAK: peakFile },
    });
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0) return reject(new Error(`expected exit status 0 of ${args.join(" ")}, received ${code}`));
      resolve({
        seconds: (performance.now() - started) / 1000,
        stdout,
        peakMiB: Number(readFileSync(peakFile, "utf8")),
      });
    });
  });
}

const maxMiB = 250;

export async function cli({ folder, quick }) {
  const copy = copyFolder(folder);
  const user = JSON.parse((await run([program, "recommend", "random", "--json", "--data-dir", copy])).stdout).userId;
  const peaks = [];
  const rounds = await alternate(quick ? 1 : 7, {
    ours: async () => {
      const args = ["recommend", String(user), "--similar", "--json", "--data-dir", copy];
      const { seconds, stdout, peakMiB } = await run([program, ...args]);
      if (JSON.parse(stdout).recommendations.length === 0) throw new Error("expected recommendations, received none");
      peaks.push(peakMiB);
      return seconds;
    },
    yardstick: async () => (await run([here("../sides/open-model.js"), copy])).seconds,
  });
  rmSync(copy, { recursive: true });
  const result = toTimeResult("cli", "s", 2, rounds);
  const peak = median(peaks);
  return {
    ...result,
    unit: `s, peak ${Math.round(peak)} MiB`,
    target: `<= 2, <= ${maxMiB} MiB`,
    met: result.met && peak <= maxMiB,
    peakMiB: peak,
  };
}

export async function start({ folder, quick }) {
  const copy = copyFolder(folder);
  const { users } = (await import("./serve.js")).readUsers(folder);
  const rounds = await alternate(quick ? 1 : 7, {
    ours: async () => {
      const started = performance.now();
      const server = await startMarquee(copy);
      const { data } = JSON.parse(await ask(server.address, { query: readmeQuery, variables: { id: users[0] } }));
      const seconds = (performance.now() - started) / 1000;
      if (data.user.recommendations.length === 0) throw new Error("expected recommendations, received none");
      await server.stop();
      return seconds;
    },
    yardstick: async () => (await run(["-e", "0"])).seconds,
  });
  rmSync(copy, { recursive: true });
  const result = toTimeResult("start", "s (a process that does nothing is the yardstick)", 1, rounds);
  return { ...result, target: "<= 1.0 s", met: result.ours <= 1 };
}
