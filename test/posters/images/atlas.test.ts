/** Atlases: each poster a tile at its place. */
import sharp from "sharp";
import { expect, test } from "vitest";
import { drawAtlas, getColumns, tile } from "../../../src/posters/images/atlas.js";

const plain = (red: number, green: number, blue: number) =>
  sharp({ create: { width: 100, height: 150, channels: 3, background: { r: red, g: green, b: blue } } })
    .png()
    .toBuffer();

test("posters stand in rows in their order, and one that cannot be read is black", async () => {
  const posters = [
    await plain(200, 0, 0),
    undefined,
    await plain(0, 0, 200),
    Buffer.from("no picture"),
    await plain(0, 200, 0),
  ];
  const done: number[] = [];
  const atlas = await drawAtlas(
    posters.length,
    async (i) => posters[i],
    (count) => done.push(count),
  );
  const columns = getColumns(posters.length);
  const { data, info } = await sharp(atlas).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([columns * tile.width, Math.ceil(5 / columns) * tile.height]);
  const at = (index: number) => {
    const x = ((index % columns) + 0.5) * tile.width;
    const y = (Math.floor(index / columns) + 0.5) * tile.height;
    const offset = (Math.floor(y) * info.width + Math.floor(x)) * info.channels;
    return [...data.subarray(offset, offset + 3)].map((value) => Math.round(value / 100));
  };
  expect([0, 1, 2, 3, 4].map(at)).toEqual([
    [2, 0, 0],
    [0, 0, 0],
    [0, 0, 2],
    [0, 0, 0],
    [0, 2, 0],
  ]);
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test.each([1, 300, 2523, 10_000])(
  "an atlas of %i is about square, and no side is longer than a WebP's may be",
  (count) => {
    const columns = getColumns(count);
    const [width, height] = [columns * tile.width, Math.ceil(count / columns) * tile.height];
    expect(Math.max(width, height)).toBeLessThanOrEqual(16_383);
    if (count > 100) expect(width / height).toBeCloseTo(1, 0);
  },
);
