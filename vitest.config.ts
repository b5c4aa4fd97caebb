import { defineConfig } from "vitest/config";

export default defineConfig({
  // Vite would take graphql's ES module for our sources while Yoga gets the CommonJS one: two copies, as in no real run.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: ["test/**/*.test.ts"],
    // Real databases, real models and real processes: slow on a busy machine, never judged by the clock.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    setupFiles: ["test/support/setup.ts"],
  },
});
