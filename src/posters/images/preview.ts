/** A poster's preview: its main colours and a BlurHash. */
import { encode } from "blurhash";
import { decodeToRgb } from "./decode-poster.js";
import { type NamedColour, namedColours } from "./palette.js";

/** Counted up when previews come out differently: those that are stored are made anew. */
export const previewVersion = 2;

export interface PosterPreview {
  palette: NamedColour[];
  /** 3 × 4 components, painted while the poster loads: https://blurha.sh. */
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
