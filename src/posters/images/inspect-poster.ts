/** Validates an uploaded or fetched poster and reports its format and size. */
import { AppError } from "../../errors.js";
import { sha256Hex } from "../../sha256.js";
import { decodeToRgb } from "./decode-poster.js";
import { maxPosterSide, minPosterSide, openImage, type PosterFormat, undecodable } from "./open-image.js";

export interface PosterInfo {
  format: PosterFormat;
  /** Pixels, as shown: after the EXIF rotation. */
  width: number;
  height: number;
  bytes: number;
  /** Of the bytes as received, in hex. */
  sha256: string;
}

/**
 * Describes a poster, after decoding all of it.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`, not animated, at least `minPosterSide` pixels a side
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function inspectPoster(bytes: Uint8Array): Promise<PosterInfo> {
  const { image, format } = openImage(bytes);
  let width: number;
  let height: number;
  let pages: number;
  try {
    const metadata = await image.metadata();
    ({ width, height } = metadata.autoOrient);
    pages = metadata.pages ?? 1;
  } catch (cause) {
    throw undecodable(bytes, format, cause);
  }
  if (pages > 1 || (format === "png" && isAnimatedPng(bytes))) {
    throw new AppError("POSTER_UNREADABLE", `expected a poster of one picture, received an animated ${format}`);
  }
  if (width < minPosterSide || height < minPosterSide) {
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster of at least ${minPosterSide} pixels a side, received ${width} × ${height}`,
    );
  }
  if (width > maxPosterSide || height > maxPosterSide) {
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster of at most ${maxPosterSide} pixels a side, received ${width} × ${height}`,
    );
  }
  // At the smallest size, so that every line is decoded but the whole picture is never in memory at once.
  await decodeToRgb(bytes, minPosterSide, minPosterSide);
  return { format, width, height, bytes: bytes.length, sha256: sha256Hex(bytes) };
}

/** Whether there is an `acTL` chunk before the image data. libvips silently decodes the first frame of such a file. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = 8; offset + 8 <= view.length; offset += 12 + view.readUInt32BE(offset)) {
    const type = view.toString("latin1", offset + 4, offset + 8);
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}
