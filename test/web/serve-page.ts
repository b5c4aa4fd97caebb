/** The program as `npm start` runs it, on an empty folder, with its page open in a real browser. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { copyFolder, type Running, run, start, tempFolder } from "../cli/run.js";

export interface ServedPage {
  /** Such as `http://127.0.0.1:40123/`. */
  address: string;
  /** Allows everything. */
  token: string;
  dataDir: string;
  running: Running;
}

let emptyFolder: Promise<string> | undefined;

/** A folder with the embedded data set, as the first start sets it up. */
async function setUp(): Promise<string> {
  const dataDir = join(await tempFolder(), "data");
  // The map too, which each server would make in the background otherwise.
  for (const command of [["setup"], ["posters", "embed"], ["posters", "map"]]) {
    const { code } = await run(command, { dataDir });
    if (code !== 0) throw new Error(`expected marquee ${command.join(" ")} to succeed, received status ${code}`);
  }
  return dataDir;
}

/** Serves the embedded data set, each time another copy of it. */
export async function servePage(env: Record<string, string> = {}): Promise<ServedPage> {
  emptyFolder ??= setUp();
  const dataDir = await copyFolder(await emptyFolder);
  const running = start(["serve"], { dataDir, env: { PORT: "0", RATE_LIMIT: "0", ...env } });
  const [, address] = await running.waitFor(/Page: (http:\S+)/);
  const [, token] = await running.waitFor(/Authorization: Bearer (\S+)/);
  return { address, token, dataDir, running };
}

/** Ends with the test, unless it ended before. */
export function stopAfterTest({ running }: ServedPage): void {
  onTestFinished(async () => {
    running.kill("SIGKILL");
    await running.finished;
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page as it is, such as `color-contrast: <button …`. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // biome-ignore lint/suspicious/noExplicitAny: axe adds itself to the page
  const { violations } = await page.evaluate(() => (globalThis as any).axe.run());
  return violations.flatMap(({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`),
  );
}

/** The titles on the wall of suggestions, in its order. */
export async function titlesOnWall(page: Page): Promise<string[]> {
  await page.locator(".wall:not(.waiting) li").first().waitFor();
  return page.locator(".wall .title").allTextContents();
}

/** Waits until the wall is another one than it was, and gives its titles. */
export async function changedWall(page: Page, before: readonly string[]): Promise<string[]> {
  const name = before.join("|");
  await page.waitForFunction((old) => {
    const titles = [...document.querySelectorAll(".wall .title")].map(({ textContent }) => textContent);
    return titles.length > 0 && titles.join("|") !== old;
  }, name);
  return titlesOnWall(page);
}

/** Waits until what the page shows at first is there: its heading, the answers that it asked for, and the posters in the window. */
export async function settle(page: Page): Promise<void> {
  await page.locator("h1, [role=dialog] h2").first().waitFor();
  await page.waitForFunction(
    () =>
      document.querySelector(".waiting, .loved[aria-hidden=true]") === null &&
      [...document.images].every(({ loading, complete }) => complete || loading === "lazy") &&
      document.fonts.status === "loaded",
  );
}
