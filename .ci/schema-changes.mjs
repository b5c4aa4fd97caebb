/** Fails on a breaking change of schema.graphql that docs/api-changes.md does not declare. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

/**
 * @param {string} before the old schema as SDL
 * @param {string} after the new schema as SDL
 * @param {string} declared text that contains the message of every declared breaking change, word for word
 * @returns {Promise<string[]>} messages of undeclared breaking changes
 */
export async function undeclaredChanges(before, after, declared) {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => message)
    .filter((message) => !declared.includes(message));
}

const git = (...args) => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** The last release or, before there is one, the first version of the file. */
function getBase() {
  try {
    return git("describe", "--tags", "--abbrev=0");
  } catch {
    return git("log", "--reverse", "--format=%H", "--", "schema.graphql").split("\n")[0];
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const base = getBase();
  const undeclared = await undeclaredChanges(
    git("show", `${base}:schema.graphql`),
    readFileSync("schema.graphql", "utf8"),
    readFileSync("docs/api-changes.md", "utf8"),
  );
  for (const message of undeclared) console.error(`undeclared breaking change (docs/api-changes.md): ${message}`);
  console.log(`compared with ${base}: ${undeclared.length} undeclared breaking changes`);
  process.exit(undeclared.length === 0 ? 0 : 1);
}
