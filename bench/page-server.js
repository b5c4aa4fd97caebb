/** A server with the embedded data set, as `npm start` runs it on an empty folder, and a browser to look at its page with. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Chromium without a graphics card; `CHROMIUM` says where it is. */
export function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--disable-gpu"] });
}

/** @returns its address, and what stops it and removes its data */
export async function startServer() {
  const dataDir = await mkdtemp(join(tmpdir(), "marquee-page-"));
  const program = fileURLToPath(new URL("../bin/marquee.js", import.meta.url));
  const child = spawn(process.execPath, [program, "serve", "--port", "0"], {
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const found = /Page: (http:\S+)/.exec(text);
      if (found !== null) resolve(found[1]);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with status ${code}`)));
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  return { address, stop };
}
