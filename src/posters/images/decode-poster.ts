/** Decodes posters into RGB pixels of a given size. */
import { enlarge } from "./enlarge.js";
import { openImage, undecodable } from "./open-image.js";

/**
 * Decodes a poster into 8-bit sRGB: rotated as its EXIF says; CMYK, grey and 16-bit converted; transparent parts laid
 * on mid grey, which is near the middle of every encoder's input and so says least.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`
 * @returns row-major, RGB interleaved, width × height × 3
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 * @throws {RangeError} unless width and height are integers from 1 to 4096
 */
export async function decodeToRgb(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > 4096) {
      throw new RangeError(`expected a width and height from 1 to 4096, received ${width} × ${height}`);
    }
  }
  const { image, format } = openImage(bytes);
  try {
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: { r: 128, g: 128, b: 128 } })
      // The JPEG decoder's own halving is no triangle filter: off, so that numbers do not depend on the file's size.
      .resize(width, height, { fit: "fill", kernel: "linear", fastShrinkOnLoad: false, withoutEnlargement: true })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    // libvips shrinks as torchvision does but enlarges half a pixel off, so `enlarge` does that part.
    return enlarge(data, info.width, info.height, width, height);
  } catch (cause) {
    throw undecodable(bytes, format, cause);
  }
}
