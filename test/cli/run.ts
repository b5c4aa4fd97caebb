/** Runs the program as a user does: as a separate process on a temporary data folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

const program = fileURLToPath(new URL("../../bin/marquee.js", import.meta.url));
const built = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));

export interface RunOptions {
  /** The program's DATA_DIR. */
  dataDir: string;
  /** More of its environment. */
  env?: Record<string, string>;
}

export interface Finished {
  /** Exit status; null where a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** What it has printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** The first match in standard output or standard error; fails when the process ends without one. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading its standard output, as `head` does. */
  closeStdout(): void;
  readonly finished: Promise<Finished>;
}

const folders: string[] = [];
const processes = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of processes) child.kill("SIGKILL");
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A new folder, removed after the test file. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "marquee-cli-"));
  folders.push(folder);
  return folder;
}

/** A copy of a data folder that no process has open. */
export async function copyFolder(dataDir: string): Promise<string> {
  const copy = await tempFolder();
  await cp(dataDir, copy, { recursive: true });
  return copy;
}

/** Starts `marquee` with these arguments and lets it run. */
export function start(args: readonly string[], options: RunOptions): Running {
  if (!existsSync(built)) throw new Error(`expected the built program in ${built}: run npm run build`);
  return startScript([program, ...args], options);
}

/** Starts any script under this Node. */
export function startScript(args: readonly string[], { dataDir, env = {} }: RunOptions): Running {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, DATA_DIR: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  processes.add(child);
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      changed();
    });
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      processes.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        finished.then(
          ({ code, signal }) =>
            reject(new Error(`ended (${signal ?? code}) without ${pattern}:\n${output.stdout}\n${output.stderr}`)),
          reject,
        );
      }),
    kill: (signal) => {
      child.kill(signal);
    },
    closeStdout: () => {
      child.stdout.destroy();
    },
    finished,
  };
}

/** Runs `marquee` with these arguments to its end. */
export function run(args: readonly string[], options: RunOptions): Promise<Finished> {
  return start(args, options).finished;
}

/** Runs it, expects success, and returns the single JSON document on standard output. */
export async function runJson<T>(args: readonly string[], options: RunOptions): Promise<T> {
  const { code, stdout, stderr } = await run([...args, "--json"], options);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^[[{].*\n$/);
  return JSON.parse(stdout) as T;
}

/** Runs it, expects a failure that prints a single line, and returns that line without its `marquee: `. */
export async function failure(args: readonly string[], options: RunOptions, code = 1): Promise<string> {
  const result = await run(args, options);
  expect(result).toMatchObject({ code, signal: null, stdout: "" });
  expect(result.stderr).toMatch(/^marquee: [^\n]+\n$/);
  expect(result.stderr).not.toContain("unexpected error");
  return result.stderr.slice("marquee: ".length, -1);
}

/** The lines of standard error that report what went wrong. */
export function complaints({ stderr }: Finished): string[] {
  return stderr.split("\n").filter((line) => line.startsWith("marquee: "));
}
