/**
 * Which way imports may point: server → schema → resolvers → recommend → services → { db, ml, posters }; jobs beside them, cli above
 * them all. docs/architecture.md says what each room is for.
 */
const everywhere = "errors|ids|event-loop|random|fold-text|genres|sha256|unix-time";
const allowed = {
  cli: "server|schema|resolvers|jobs|recommend|services|datasets|db|ml|posters|files|config",
  server: "schema|resolvers|access|services|config",
  schema: "resolvers|recommend|access|services",
  resolvers: "recommend|access|services|datasets|db|ml|posters",
  recommend: "services|db|ml|posters",
  jobs: "services|datasets|db|ml|posters|files",
  access: "services|datasets|db",
  services: "db|ml|posters",
  datasets: "files",
  db: "datasets",
  ml: "onnx|files|worker-thread",
  posters: "onnx|files",
  onnx: "",
  files: "",
};

/** Rooms that only some may enter. */
const callers = {
  "server/(auth|limits|errors|protocol|graphiql)": "server|cli/commands/serve",
  "cli/(commands|terminal)": "cli",
  "schema/(builder|movies|users|recommendations|system)": "schema|cli/commands/manage-tokens",
  "resolvers/request": "resolvers|schema|server",
  access: "access|resolvers|schema|server",
  jobs: "jobs|cli",
  recommend: "recommend|resolvers|schema|cli",
  "datasets/linking": "datasets|db/import|db/link-reference|jobs/import",
  "db/import": "db/import|jobs|cli/commands/import",
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
      name: "what-all-may-import-imports-nothing-of-ours",
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
