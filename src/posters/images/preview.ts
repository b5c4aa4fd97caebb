/** What a poster looks like at a glance: from one small decoding, its colours and a blur. */
import { encode } from "blurhash";
import { decodeToRgb } from "./decode-poster.js";
import { type NamedColour, namedColours } from "./palette.js";

export interface PosterPreview {
  palette: NamedColour[];
  /** Of 3 × 4 components, for a page to paint while the poster loads: https://blurha.sh. */
  blurhash: string;
}

const width = 32;
const height = 48;

/**
 * @param bytes JPEG, PNG or WebP
 * @throws {AppError} POSTER_UNREADABLE
 */
export async function createPosterPreview(bytes: Uint8Array): Promise<PosterPreview> {
  const rgb = await decodeToRgb(bytes, width, height);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgba[pixel * 4 + channel] = rgb[pixel * 3 + channel];
    rgba[pixel * 4 + 3] = 255;
  }
  return { palette: namedColours(rgb), blurhash: encode(rgba, width, height, 3, 4) };
}
