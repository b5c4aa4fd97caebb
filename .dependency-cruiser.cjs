/** Which way imports may point: server → schema → resolvers → {db, ml, posters}; cli above them all. */
const everything =
  "^src/(cli|server|schema|resolvers|db|ml|posters|onnx|config|errors|ids|pause|random|download|read-file|temporary|fold-text)";
const allowed = {
  cli: "cli|server|schema|resolvers|db|ml|posters|config|errors|ids|read-file|temporary",
  server: "server|schema|resolvers|config|errors|ids|pause",
  schema: "schema|resolvers|errors|ids",
  resolvers: "resolvers|db|ml|posters|errors|ids|pause|random|read-file|fold-text",
  db: "db|errors|ids|random|download|fold-text",
  ml: "ml|onnx|errors|ids|pause|random|temporary",
  posters: "posters|onnx|errors|ids|pause|random|download|read-file|temporary",
  onnx: "onnx|errors",
};

module.exports = {
  forbidden: [
    ...Object.entries(allowed).map(([layer, targets]) => ({
      name: `${layer}-imports-down`,
      severity: "error",
      comment: `src/${layer} may import ${targets.replaceAll("|", ", ")}`,
      from: { path: `^src/${layer}/` },
      to: { path: everything, pathNot: `^src/(${targets})(/|\\.ts$)` },
    })),
    {
      name: "what-all-may-import-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^src/(errors|ids|pause|random|temporary|fold-text)\\.ts$" },
      to: { path: "^src/" },
    },
    {
      name: "download-and-read-file-import-errors-only",
      severity: "error",
      from: { path: "^src/(download|read-file)\\.ts$" },
      to: { path: "^src/", pathNot: "^src/(errors|temporary)\\.ts$" },
    },
    {
      name: "config-imports-errors-only",
      severity: "error",
      from: { path: "^src/config\\.ts$" },
      to: { path: "^src/", pathNot: "^src/errors\\.ts$" },
    },
    {
      name: "only-config-reads-the-environment",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/context\\.ts$" },
      to: { path: "^(node:)?process$" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: "embedder-worker\\.ts$" },
      to: {},
    },
    {
      name: "not-to-dev-dependencies",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "resolvable",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true, pathNot: "tfjs-node" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
