/** Fails on a change of schema.graphql that breaks clients and is not declared in docs/api-changes.md. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

/**
 * @param {string} before, after schemas as text
 * @param {string} declared the text in which every breaking change stands, word for word
 * @returns {Promise<string[]>} breaking changes that do not stand there
 */
export async function undeclaredChanges(before, after, declared) {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => message)
    .filter((message) => !declared.includes(message));
}

const git = (...args) => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** The last release; before there is one, the first version of the file: nothing that was ever served may break. */
function baseOf() {
  try {
    return git("describe", "--tags", "--abbrev=0");
  } catch {
    return git("log", "--reverse", "--format=%H", "--", "schema.graphql").split("\n")[0];
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const base = baseOf();
  const undeclared = await undeclaredChanges(
    git("show", `${base}:schema.graphql`),
    readFileSync("schema.graphql", "utf8"),
    readFileSync("docs/api-changes.md", "utf8"),
  );
  for (const message of undeclared) console.error(`breaking, and not declared in docs/api-changes.md: ${message}`);
  console.log(`compared with ${base}: ${undeclared.length} undeclared breaking changes`);
  process.exit(undeclared.length === 0 ? 0 : 1);
}
