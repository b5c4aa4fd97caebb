/** Compiles `kernels/*.ts` to WebAssembly in `dist/kernels/` where missing or out of date. */
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../dist/kernels/", import.meta.url));
mkdirSync(out, { recursive: true });
for (const file of readdirSync(here).filter((name) => name.endsWith(".ts"))) {
  const target = `${out}${file.replace(/\.ts$/, ".wasm")}`;
  const made = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made > statSync(`${here}${file}`).mtimeMs) continue;
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
