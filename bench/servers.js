/** The servers that are measured, each a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here("../bin/marquee.js");
const monitor = here("sides/monitor.js");

/** Our server as users run it, but without a limit of requests. */
export function startMarquee(dataDir, args = []) {
  return start([
    "--import",
    monitor,
    program,
    "serve",
    "--data-dir",
    dataDir,
    "--port",
    "0",
    "--rate-limit",
    "0",
    ...args,
  ]);
}

/** Our server set up the same, its resolvers answering from constants: `answers` is a JSON file of data by request (`sides/constants.js`). */
export function startConstants(dataDir, answers) {
  return start(["--import", monitor, here("sides/constants.js"), dataDir, answers]);
}

/** node:http that sends the same bytes whatever is asked. */
export function startPlain(answer) {
  return start([here("sides/plain.js"), answer]);
}

/** A bare Yoga that answers `{ __typename }`. */
export function startBareYoga() {
  return start([here("sides/bare-yoga.js")]);
}

/** As `npm start` sets it: most of what a request makes is garbage by its end, and is collected before it grows old. */
const nodeFlags = ["--max-semi-space-size=32"];

async function start(args) {
  const child = spawn(process.execPath, [...nodeFlags, ...args], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`a server ended with ${code}: ${stderr.slice(-2000)}`)));
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (/http:\/\/\S+\/graphql/.test(stdout)) resolve();
    });
  });
  return {
    address: stdout.match(/http:\/\/\S+\/graphql/)[0],
    /** Longest block of the event loop in ms and resident memory in MiB; blocks are counted anew from then on. */
    async measure() {
      const answer = once(child, "message");
      child.send("measure");
      return (await answer)[0];
    },
    async stop() {
      child.removeAllListeners("exit");
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Sends one operation. @returns the text of the answer */
export async function ask(address, body, token) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  return response.text();
}
