/** One picture of many posters, each a small tile, for maps that draw thousands of them. */
import sharp from "sharp";
import { AppError } from "../../errors.js";
import { createYield } from "../../event-loop.js";
import { decodeToRgb } from "./decode-poster.js";

/** In pixels. */
export const tile = { width: 48, height: 72 };
/** Of a WebP's side. */
const maxSide = 16_383;

/** Tiles side by side: as many as make the picture about square. */
export function getColumns(count: number): number {
  const square = Math.ceil(Math.sqrt((count * tile.height) / tile.width));
  return Math.max(1, Math.min(Math.floor(maxSide / tile.width), square));
}

/**
 * @param readPoster gives the bytes of a poster; undefined for one that cannot be read, whose tile stays empty
 * @param onTile called after each
 * @returns a WebP, its tiles in rows of `getColumns`
 */
export async function drawAtlas(
  count: number,
  readPoster: (index: number) => Promise<Uint8Array | undefined>,
  onTile: (done: number) => void = () => {},
): Promise<Buffer> {
  const columns = getColumns(count);
  const width = columns * tile.width;
  const height = Math.max(1, Math.ceil(count / columns)) * tile.height;
  const pixels = Buffer.alloc(width * height * 3);
  const pause = createYield();
  for (let i = 0; i < count; i++) {
    await pause();
    const bytes = await readPoster(i);
    const rgb = bytes && (await toTile(bytes));
    if (rgb !== undefined) {
      const left = (i % columns) * tile.width;
      const top = Math.floor(i / columns) * tile.height;
      for (let row = 0; row < tile.height; row++) {
        pixels.set(rgb.subarray(row * tile.width * 3, (row + 1) * tile.width * 3), ((top + row) * width + left) * 3);
      }
    }
    onTile(i + 1);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality: 78, effort: 4 })
    .toBuffer();
}

async function toTile(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await decodeToRgb(bytes, tile.width, tile.height);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
