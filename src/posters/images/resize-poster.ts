/** Resizes posters and converts them to the formats in which they are served. */
import { openImage, type PosterFormat, undecodable } from "./open-image.js";

/** Formats in which posters are served. AVIF is output only: libvips' AVIF loader stays blocked. */
export type ShownFormat = PosterFormat | "avif";

/** Looks like WebP at a quality of 82. AVIF is slow to encode, hence the low effort. */
export const shownAvif = { quality: 60, effort: 2 } as const;

/**
 * A poster for display: rotated as its EXIF says, in sRGB, without metadata, at most `width` wide; never enlarged.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`
 * @param width pixels; undefined keeps the size
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function resizePoster(bytes: Uint8Array, width: number | undefined, format: ShownFormat): Promise<Buffer> {
  const { image, format: inputFormat } = openImage(bytes);
  const shown = image.autoOrient().toColourspace("srgb");
  if (width !== undefined) shown.resize({ width, withoutEnlargement: true });
  // JPEG has no transparency: mid grey, as an encoder sees it.
  if (format === "jpeg") shown.flatten({ background: { r: 128, g: 128, b: 128 } });
  try {
    return await shown.toFormat(format, encodingOptions(format, width)).toBuffer();
  } catch (cause) {
    throw undecodable(bytes, inputFormat, cause);
  }
}

function encodingOptions(format: ShownFormat, width: number | undefined) {
  if (format === "png") return { compressionLevel: 9 };
  if (format !== "avif") return { quality: 82 };
  if (width !== undefined) return shownAvif;
  // Up to 24 megapixels: with these options they take as long as in WebP, and not much more memory.
  return { ...shownAvif, effort: 0, chromaSubsampling: "4:2:0" };
}

/**
 * The same image without camera metadata (locations, devices, comments), for display at its own size: rotated as its
 * EXIF says, its colour profile kept.
 * @returns the bytes themselves where there is nothing to remove
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function withoutMetadata(bytes: Uint8Array): Promise<Uint8Array> {
  const { image, format } = openImage(bytes);
  try {
    const { exif, xmp, iptc, comments } = await image.metadata();
    const hasMetadata = [exif, xmp, iptc].some((part) => part !== undefined) || (comments?.length ?? 0) > 0;
    if (!hasMetadata) return bytes;
    // Re-encoded, at a quality that looks the same.
    const options = format === "png" ? { compressionLevel: 9 } : { quality: 95 };
    return await image.autoOrient().keepIccProfile().toFormat(format, options).toBuffer();
  } catch (cause) {
    throw undecodable(bytes, format, cause);
  }
}
