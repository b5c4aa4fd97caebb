/** Builds the web page into `dist/web` where it is missing or out of date, and compresses its files. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../dist/web/", import.meta.url));
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const sources = readdirSync(here, { recursive: true }).map((name) => `${here}${name}`);
const lock = fileURLToPath(new URL("../package-lock.json", import.meta.url));
if (modified(`${out}index.html`) > Math.max(...[...sources, lock].map(modified))) process.exit(0);

await build({ configFile: `${here}vite.config.ts` });
// The views that are not the wall begin without its words.
const page = readFileSync(`${out}index.html`, "utf8");
writeFileSync(`${out}view.html`, page.replace(/<!-- hero -->.*<!-- \/hero -->/s, ""));
for (const name of readdirSync(out, { recursive: true })) {
  if (!/\.(?:js|css|html|svg)$/.test(name)) continue;
  writeFileSync(`${out}${name}.br`, brotliCompressSync(readFileSync(`${out}${name}`)));
}
