/**
 * Bundles the built program and the packages that it imports into `dist/bundle/`: a thousand files take Node as long to find and read
 * as the server takes to start. What is loaded lazily stays in files of its own. Packages with native code, that read files beside them, or
 * that are loaded lazily themselves stay outside.
 */
import { readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const out = `${dist}bundle/`;

/** What a module finds by its own place, such as workers and migrations, it finds from the bundle too. */
const ownPlaces = {
  name: "own places",
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(dist)) return undefined;
      const code = readFileSync(path, "utf8");
      const place = `new URL(${JSON.stringify(relative(out, path))}, import.meta.url).href`;
      return { contents: code.replaceAll("import.meta.url", place), loader: "js" };
    });
  },
};

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: [`${dist}cli/main.js`],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: [
    "@graphql-yoga/render-graphiql",
    "@opentelemetry/*",
    "@tensorflow/*",
    "better-sqlite3",
    "onnxruntime-node",
    "pino",
    "sharp",
  ],
  // Packages in the older module format call `require` for modules of Node.
  banner: {
    js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
  },
  plugins: [ownPlaces],
  logLevel: "warning",
});
