/** Compiles `kernels/*.ts` to WebAssembly in `dist/kernels/` where missing or out of date. */
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../dist/kernels/", import.meta.url));
mkdirSync(out, { recursive: true });
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const partsModified = Math.max(...readdirSync(`${here}parts`).map((name) => modified(`${here}parts/${name}`)));
for (const file of readdirSync(here).filter((name) => name.endsWith(".ts"))) {
  const target = `${out}${file.replace(/\.ts$/, ".wasm")}`;
  if (modified(target) > Math.max(partsModified, modified(`${here}${file}`))) continue;
  const { error, stderr } = await asc.main([
    `${here}${file}`,
    "--outFile",
    target,
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--enable",
    "simd",
  ]);
  if (error) {
    console.error(`marquee: kernels/${file} cannot be compiled: ${error.message}\n${stderr.toString()}`);
    process.exit(1);
  }
}
