/** A real browser, for what only a real mouse finds out. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, describe, onTestFinished } from "vitest";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? "").split(":");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

const executablePath = findBrowser();
let browser: Promise<Browser> | undefined;

/** `describe` where there is Chromium or Chrome; else it skips, and says so. */
export function describeWithBrowser(title: string, body: () => void): void {
  if (executablePath === undefined)
    console.log(`skipped: ${title}, since there is no ${names[0]} on this machine's PATH`);
  describe.skipIf(executablePath === undefined)(title, () => {
    afterAll(async () => {
      await (await browser)?.close();
      browser = undefined;
    });
    body();
  });
}

export interface Visit {
  page: Page;
  /** What the page's scripts complained of, and what the browser refused them. */
  complaints: string[];
  /** The addresses of all that was loaded. */
  loaded: string[];
}

export interface VisitOptions {
  /** In pixels. */
  width?: number;
  height?: number;
  theme?: "dark" | "light";
  /** Addresses whose requests fail. */
  blocked?: RegExp;
}

/** Opens a page with an empty profile. */
export async function visit(address: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1280, height = 800, theme = "dark" } = options;
  browser ??= chromium.launch({
    executablePath,
    // On a machine without a graphics card, and asking nobody else for anything.
    args: ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
  });
  const context = await (await browser).newContext({ viewport: { width, height }, colorScheme: theme });
  // Nothing here is judged by the clock: a busy machine takes its time.
  context.setDefaultTimeout(100_000);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const loaded: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("request", (request) => loaded.push(request.url()));
  if (options.blocked !== undefined) await page.route(options.blocked, (route) => route.abort());
  await page.goto(address);
  return { page, complaints, loaded };
}
