/** Takes the pictures of the page that the documentation shows: `node bench/page-pictures.js`, of the embedded data set. */
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { openBrowser, startServer } from "./page-server.js";

/** Longer than anything takes to come, or to glide. */
const settleMs = 3000;

const pictures = [
  {
    file: "page.jpg",
    place: "",
    scale: 1.5,
    act: (page) => page.hover(".wall li:nth-child(5) .tile"),
  },
  { file: "page-movie.jpg", place: "?movie=2", theme: "light", act: async () => {} },
  {
    file: "page-map.jpg",
    place: "?view=map",
    act: async (page) => {
      await page.getByText("posters by what they look like").waitFor();
      await page.waitForTimeout(settleMs);
    },
  },
  { file: "page-model.jpg", place: "?view=model", theme: "light", act: async () => {} },
  { file: "page-phone.jpg", place: "?user=7", width: 390, height: 800, scale: 1.5, act: async () => {} },
];

const server = await startServer();
const browser = await openBrowser();
try {
  for (const { file, place, theme = "dark", width = 1280, height = 800, scale = 1, act } of pictures) {
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme: theme,
    });
    const page = await context.newPage();
    await page.goto(`${server.address}${place}`);
    await page.waitForTimeout(settleMs);
    await act(page);
    await page.waitForTimeout(1000);
    const path = fileURLToPath(new URL(`../docs/${file}`, import.meta.url));
    const { size } = await sharp(await page.screenshot())
      .jpeg({ quality: 84, mozjpeg: true })
      .toFile(path);
    console.log(`docs/${file}: ${width} x ${height}, ${(size / 1000).toFixed(0)} kB`);
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
