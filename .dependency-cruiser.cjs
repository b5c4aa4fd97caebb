/**
 * Which way imports may point: server → schema → resolvers → recommend → services → { store, ml, posters }; jobs beside them, cli above
 * them all. docs/architecture.md says what each folder is for.
 */
const everywhere = "errors|ids|event-loop|random|fold-text|genres|model-inputs|sha256|unix-time";
const allowed = {
  cli: "server|schema|resolvers|jobs|recommend|services|datasets|store|ml|posters|files|config",
  server: "schema|resolvers|access|services|config",
  schema: "resolvers|recommend|access|services|store",
  resolvers: "recommend|access|services|datasets|store|ml|posters",
  recommend: "services|store|ml|posters",
  jobs: "services|datasets|store|ml|posters|files",
  access: "services|datasets|store",
  services: "store|ml|posters",
  datasets: "files",
  store: "",
  ml: "onnx|files|worker-thread",
  posters: "onnx|files|worker-thread",
  onnx: "",
  files: "",
};

/** Folders that only some may import. */
const callers = {
  "server/(assets|auth|limits|errors|protocol|graphiql|page|workers)": "server|cli/commands/serve",
  "cli/(commands|terminal)": "cli",
  "schema/(builder|movies|users|recommendations|system)": "schema|cli/commands/manage-tokens",
  "resolvers/request": "resolvers|schema|server",
  access: "access|resolvers|schema|server",
  jobs: "jobs|cli",
  recommend: "recommend|resolvers|schema|cli",
  "datasets/linking": "datasets|jobs/import|resolvers/movies",
  "store/sqlite": "store/sqlite|services/services",
  "posters/motifs": "posters/(motifs|artwork)",
  "posters/providers": "posters/providers|services|cli",
  "ml/bayes": "ml|cli/commands/(train|train-options)",
  "ml/training": "ml/training|jobs|cli/commands/(train|train-options)",
};

const room = (names) => `^src/(${names})(/|\\.ts$)`;

module.exports = {
  forbidden: [
    ...Object.entries(allowed).map(([layer, targets]) => ({
      name: `${layer}-imports-down`,
      severity: "error",
      comment: `src/${layer} may import ${targets.replaceAll("|", ", ") || "nothing"} beside ${everywhere.replaceAll("|", ", ")}`,
      from: { path: `^src/${layer}/` },
      to: { path: "^src/", pathNot: room([layer, targets, everywhere].filter((names) => names !== "").join("|")) },
    })),
    ...Object.entries(callers).map(([names, from]) => ({
      name: `${names}-has-its-callers`,
      severity: "error",
      comment: `only ${from.replaceAll("|", ", ")} may import src/${names}`,
      from: { path: "^src/", pathNot: room(from) },
      to: { path: `^src/${names}/` },
    })),
    {
      name: "what-all-may-import-imports-nothing-else",
      severity: "error",
      from: { path: `^src/(${everywhere})\\.ts$` },
      to: { path: "^src/" },
    },
    {
      name: "config-files-and-threads-import-errors-only",
      severity: "error",
      from: { path: "^src/(config/|worker-thread\\.ts|files/)" },
      to: { path: "^src/", pathNot: "^src/(errors\\.ts|config/|files/)" },
    },
    {
      name: "only-config-reads-the-environment",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/terminal/setting-options\\.ts$" },
      to: { path: "^(node:)?process$" },
    },
    {
      name: "only-the-sqlite-store-imports-the-database",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/store/sqlite/" },
      to: { path: "^(drizzle-orm|better-sqlite3)|node_modules/(drizzle-orm|better-sqlite3)/" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "no-cycles-between-folders",
      severity: "error",
      scope: "folder",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: "(embedder|layout)-worker\\.ts$" },
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
