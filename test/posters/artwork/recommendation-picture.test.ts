import { existsSync, readdirSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawRecommendationPicture, type PictureCard } from "../../../src/posters/artwork/recommendation-picture.js";

const card = (title: string, more: Partial<PictureCard> = {}): PictureCard => ({
  title,
  year: 1999,
  caption: "similarity 0.83 · 4.2★",
  genres: ["Drama"],
  ...more,
});
const cards = (count: number): PictureCard[] => Array.from({ length: count }, (_, i) => card(`Film ${i + 1}`));
const picture = (...rows: PictureCard[][]) => ({
  heading: "For user 42",
  rows: rows.map((of, i) => ({ title: i === 0 ? "Top rated" : "Recommended for you", cards: of })),
});

async function sizeOf(bytes: Buffer): Promise<[number, number, string]> {
  const { width, height, format } = await sharp(bytes).metadata();
  return [width, height, format];
}

async function solid(width: number, height: number, background: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** How many pixels are this colour, within 24 a channel. */
async function countOf(bytes: Buffer, colour: [number, number, number]): Promise<number> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let count = 0;
  for (let i = 0; i < data.length; i += info.channels) {
    if (colour.every((value, c) => Math.abs(data[i + c] - value) < 24)) count++;
  }
  return count;
}

describe("a picture of recommendations", () => {
  it("is a PNG of the width asked for", async () => {
    expect((await sizeOf(await drawRecommendationPicture(picture(cards(1)), 700)))[0]).toBe(700);
    const [width, , format] = await sizeOf(await drawRecommendationPicture(picture(cards(1))));
    expect([width, format]).toEqual([1200, "png"]);
  });

  it("grows by lines of five: 3 and 15 cards are three lines of the second row", async () => {
    const [, small] = await sizeOf(await drawRecommendationPicture(picture(cards(3), cards(5)), 600));
    const [, large] = await sizeOf(await drawRecommendationPicture(picture(cards(3), cards(15)), 600));
    const [, same] = await sizeOf(await drawRecommendationPicture(picture(cards(3), cards(11)), 600));
    expect(large).toBeGreaterThan(small * 1.7);
    expect(same).toBeGreaterThan(small);
  });

  it("draws a row without cards, and no rows at all", async () => {
    expect((await sizeOf(await drawRecommendationPicture(picture([]), 400)))[0]).toBe(400);
    expect((await sizeOf(await drawRecommendationPicture({ heading: "", rows: [] }, 400)))[0]).toBe(400);
  });

  it("is the same bytes for the same input", async () => {
    const input = picture([card("Alien", { genres: ["Horror"] })]);
    expect((await drawRecommendationPicture(input, 400)).equals(await drawRecommendationPicture(input, 400))).toBe(
      true,
    );
  });

  it.each([
    ["tall", 100, 400],
    ["wide", 400, 100],
    ["of one pixel", 1, 1],
  ])("crops a poster that is %s to 2:3", async (_, width, height) => {
    const poster = await solid(width, height, "#00ff00");
    const count = await countOf(
      await drawRecommendationPicture(picture([card("Green", { poster })]), 600),
      [0, 255, 0],
    );
    // 130 × 195, less the corners.
    expect(count).toBeGreaterThan(130 * 195 * 0.96);
    expect(count).toBeLessThanOrEqual(130 * 195);
  });

  it.each([
    ["is no image", Buffer.from("this is not a picture")],
    ["is empty", Buffer.alloc(0)],
    ["is cut off in its header", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
  ])("draws the card of a poster that %s", async (_, poster) => {
    const broken = await drawRecommendationPicture(picture([card("Heat", { poster })]), 400);
    const missing = await drawRecommendationPicture(picture([card("Heat")]), 400);
    expect(broken.equals(missing)).toBe(true);
  });

  it("draws the card of a poster with more pixels than it allows", async () => {
    const poster = await sharp({ create: { width: 6000, height: 4100, channels: 3, background: "#00ff00" } })
      .png()
      .toBuffer();
    expect(await countOf(await drawRecommendationPicture(picture([card("Bomb", { poster })]), 400), [0, 255, 0])).toBe(
      0,
    );
  });

  it("refuses a width out of range", async () => {
    await expect(drawRecommendationPicture(picture([]), 100)).rejects.toThrow(
      "expected a picture width, an integer from 320 to 4000, received 100",
    );
    await expect(drawRecommendationPicture(picture([]), 600.5)).rejects.toThrow("received 600.5");
  });

  const shared = new URL("../../../../shared/data/posters/", import.meta.url);
  it("shows real posters of differing shapes", async (test) => {
    if (!existsSync(shared)) test.skip("../shared/data/posters is absent: no real posters to draw");
    const files = readdirSync(shared)
      .filter((name) => name.endsWith(".jpg"))
      .sort()
      .slice(0, 6);
    const real = files.map((name) => card(name, { poster: readFileSync(new URL(name, shared)) }));
    const drawn = files.map((name) => card(name));
    const shown = await drawRecommendationPicture(picture(real.slice(0, 3), real.slice(3)), 600);
    expect(await sizeOf(shown)).toEqual(
      await sizeOf(await drawRecommendationPicture(picture(drawn.slice(0, 3), drawn.slice(3)), 600)),
    );
    expect(shown.equals(await drawRecommendationPicture(picture(drawn.slice(0, 3), drawn.slice(3)), 600))).toBe(false);
  });
});
