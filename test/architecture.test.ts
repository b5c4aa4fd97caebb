/** The docs name files that are there, and one name means one thing everywhere in the source. */
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

test("every file that the docs name is there", async () => {
  const pages = [
    "README.md",
    ...readdirSync(`${root}/docs`).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
  ];
  const missing: string[] = [];
  let named = 0;
  for (const page of pages) {
    const text = await readFile(`${root}/${page}`, "utf8");
    for (const [path] of text.matchAll(/\b(?:web\/src|src|test|bench|kernels)\/[\w./-]+\.(?:tsx?|js|mjs)\b/g)) {
      named++;
      if (!existsSync(`${root}/${path}`)) missing.push(`${page}: ${path}`);
    }
  }
  expect(named).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});

test("docs/architecture.md has a row for every room", async () => {
  const text = await readFile(`${root}/docs/architecture.md`, "utf8");
  const rooms = readdirSync(`${root}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const inner = ["files", "onnx"];
  for (const { name } of rooms) if (!inner.includes(name)) expect(text).toContain(`| \`${name}\` |`);
});

/** Paths below src/, with slashes. */
const sources = (readdirSync(`${root}/src`, { recursive: true }) as string[])
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"));

function findRepeated(pairs: readonly (readonly [name: string, path: string])[]): string[] {
  const paths = new Map<string, string[]>();
  for (const [name, path] of pairs) paths.set(name, [...(paths.get(name) ?? []), path]);
  return [...paths].filter(([, found]) => found.length > 1).map(([name, found]) => `${name}: ${found.join(", ")}`);
}

test("no two files of the source export a function, class, value or type of one name", async () => {
  const exported = await Promise.all(
    sources.map(async (path) => {
      const text = await readFile(`${root}/src/${path}`, "utf8");
      const names = text.matchAll(
        /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) +(\w+)/gm,
      );
      // Overloads of a function repeat its name within one file.
      return [...new Set([...names].map(([, name]) => name))].map((name) => [name, path] as const);
    }),
  );
  expect(exported.flat().length).toBeGreaterThan(500);
  expect(findRepeated(exported.flat())).toEqual([]);
});

test("no two files of the source have one name, but for the store's interfaces and their implementations", () => {
  const named = sources
    .filter((path) => !path.startsWith("store/sqlite/"))
    .map((path) => [path.slice(path.lastIndexOf("/") + 1), path] as const);
  expect(named.length).toBeGreaterThan(200);
  expect(findRepeated(named)).toEqual([]);
});
