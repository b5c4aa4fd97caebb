/**
 * Measures the web page in Chromium: `node bench/page.js [address]`, by default of a server with the embedded data set that it starts itself.
 * With the address of another server (such as one with MovieLens 1M and its posters) it measures that one's map too.
 */
import { readdir, readFile } from "node:fs/promises";
import { openBrowser, startServer } from "./page-server.js";

const sizes = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1300 },
];
const visits = 3;

/** The browser's own entries, from the first byte on. */
function observe() {
  globalThis.seen = { paint: 0, shift: 0 };
  new PerformanceObserver((list) => {
    globalThis.seen.paint = list.getEntries().at(-1).startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) globalThis.seen.shift += value;
  }).observe({ type: "layout-shift", buffered: true });
}

async function visit(browser, address, viewport) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.addInitScript(observe);
  await page.goto(address);
  await page.waitForTimeout(2500);
  const seen = await page.evaluate(() => globalThis.seen);
  await context.close();
  return seen;
}

/** Milliseconds between frames while the map is zoomed and dragged; null where the server has no map yet. */
async function measureMap(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${address}?view=map`);
  const hasMap = await page
    .locator(".map-canvas")
    .waitFor({ timeout: 20_000 })
    .then(() => true)
    .catch(() => false);
  if (!hasMap) return null;
  await page.waitForTimeout(3000);
  const posters = await page.locator("h1").textContent();
  await page.evaluate(() => {
    globalThis.frames = [];
    let last = performance.now();
    requestAnimationFrame(function next(now) {
      globalThis.frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    });
  });
  await page.mouse.move(640, 400);
  for (const step of [-60, 90]) {
    for (let i = 0; i < 30; i++) {
      await page.mouse.wheel(0, step);
      await page.waitForTimeout(16);
    }
    await page.mouse.down();
    for (let i = 0; i < 40; i++) {
      await page.mouse.move(640 - i * 6, 400 - i * 3);
      await page.waitForTimeout(16);
    }
    await page.mouse.up();
  }
  const frames = (await page.evaluate(() => globalThis.frames)).slice(2).sort((a, b) => a - b);
  await page.close();
  const at = (share) => frames[Math.floor(share * (frames.length - 1))].toFixed(1);
  return `${posters}: ms between frames: median ${at(0.5)}, 95% ${at(0.95)}, longest ${at(1)}`;
}

async function printScript() {
  const folder = new URL("../dist/web/", import.meta.url);
  const html = await readFile(new URL("index.html", folder), "utf8");
  const compressed = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".js.br"));
  let bytes = 0;
  for (const name of compressed)
    if (html.includes(name.replace(/\.br$/, ""))) bytes += (await readFile(new URL(name, folder))).length;
  console.log(`compressed script of the first load: ${(bytes / 1000).toFixed(1)} kB`);
}

const server = process.argv[2] === undefined ? await startServer() : { address: process.argv[2], stop: async () => {} };
const browser = await openBrowser();
try {
  await printScript();
  for (const viewport of sizes) {
    for (let i = 0; i < visits; i++) {
      const { paint, shift } = await visit(browser, server.address, viewport);
      const size = `${viewport.width} x ${viewport.height}`;
      console.log(
        `${size}, visit ${i + 1}: largest contentful paint ${paint.toFixed(0)} ms, layout shift ${shift.toFixed(4)}`,
      );
    }
  }
  console.log((await measureMap(browser, server.address)) ?? "no map yet: its server makes it in the background");
} finally {
  await browser.close();
  await server.stop();
}
