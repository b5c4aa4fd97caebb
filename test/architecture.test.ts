/** docs/architecture.md says where things are: every file and folder that it names is there. */
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
    for (const [path] of text.matchAll(/\b(?:src|test|bench|kernels)\/[\w./-]+\.(?:ts|js|mjs)\b/g)) {
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
