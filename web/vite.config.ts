/** Builds the web page into `dist/web`, with relative addresses: it works below a proxy's path prefix too. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: {
    // Written for React, built with Preact: half the script (docs/page.md). The build with React works too, without these.
    alias: [
      { find: /^react$/, replacement: "preact/compat" },
      { find: /^react-dom$/, replacement: "preact/compat" },
      { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
      { find: /^react\/jsx-(?:dev-)?runtime$/, replacement: "preact/jsx-runtime" },
    ],
  },
  build: {
    outDir: fileURLToPath(new URL("../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // Inlined assets would need `data:` in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Base UI's files say where React's server components may use them, which there are none of.
      onLog: (level, log, handle) => log.code !== "MODULE_LEVEL_DIRECTIVE" && handle(level, log),
    },
  },
  server: {
    // `npm run web:dev` beside a running server.
    proxy: { "/graphql": "http://127.0.0.1:4000", "/posters": "http://127.0.0.1:4000" },
  },
  logLevel: "warn",
});
