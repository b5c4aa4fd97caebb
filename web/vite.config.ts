/** Builds the web page into `dist/web`, with relative addresses: it works below a proxy's path prefix too. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL("../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // Inlined assets would need `data:` in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // `npm run web:dev` beside a running server.
    proxy: { "/graphql": "http://127.0.0.1:4000", "/posters": "http://127.0.0.1:4000" },
  },
  logLevel: "warn",
});
