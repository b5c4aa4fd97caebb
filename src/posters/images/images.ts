/**
 * Bytes that strangers made, as pixels: the one place that opens images and sets sharp up for it.
 * libvips can read dozens of formats; here every loader is blocked but JPEG, PNG and WebP from memory, and SVG, which
 * stays open for the pictures that we draw ourselves. The block is libvips' own and counts for the whole process, all
 * threads, so it cannot tell our SVG from a stranger's: `open` looks at the first bytes before libvips sees any.
 */
import { createHash } from "node:crypto";
import sharp, { type Sharp } from "sharp";
import { AppError } from "../../errors.js";
import { enlarge } from "./enlarge.js";

sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadSvgBuffer",
  ],
});
// Posters are small and come many at a time: one thread for each of several beats several for one. Nothing is
// decoded twice, so libvips' cache would only hold memory.
sharp.concurrency(1);
sharp.cache(false);

export const maxPosterBytes = 10 * 2 ** 20;
export const maxPosterPixels = 24_000_000;
export const minPosterSide = 16;
/** WebP has no longer side, and AVIF, PNG and JPEG have: what is taken can be shown in every format that is offered. */
export const maxPosterSide = 16_383;

/** What posters are taken and kept in. */
export type PosterFormat = "jpeg" | "png" | "webp";
/** What they are shown in. AVIF is only written: libvips' reader of it stays blocked for what strangers send. */
export type ShownFormat = PosterFormat | "avif";

export interface PosterInfo {
  format: PosterFormat;
  /** Pixels, as shown: after the EXIF rotation. */
  width: number;
  height: number;
  bytes: number;
  /** Of the bytes as they came, in hex. */
  sha256: string;
}

/** To look like WebP at a quality of 82. AVIF is slow to encode: little effort. */
export const shownAvif = { quality: 60, effort: 2 } as const;

/**
 * Say what a poster is, after decoding all of it.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`, one picture, at least `minPosterSide` pixels a side
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function inspectPoster(bytes: Uint8Array): Promise<PosterInfo> {
  const { image, format } = open(bytes);
  let width: number;
  let height: number;
  let pages: number;
  try {
    const metadata = await image.metadata();
    ({ width, height } = metadata.autoOrient);
    pages = metadata.pages ?? 1;
  } catch (cause) {
    throw unreadable(bytes, format, cause);
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
  // Down to the smallest size, so that every line is decoded but never the whole picture in memory at once.
  await toRgb(bytes, minPosterSide, minPosterSide);
  return { format, width, height, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * Decode a poster into 8-bit sRGB, whatever it was: rotated as its EXIF says; CMYK, grey and 16-bit converted;
 * transparent parts laid on mid grey, which is near the middle of every encoder's input and so says least.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`
 * @returns row-major, RGB interleaved, width × height × 3
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function decodeToRgb(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > 4096) {
      throw new RangeError(`expected a width and height from 1 to 4096, received ${width} × ${height}`);
    }
  }
  return toRgb(bytes, width, height);
}

/**
 * A poster for showing: turned as its EXIF says, in sRGB, without metadata, at most `width` wide; never enlarged.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`
 * @param width pixels; undefined leaves the size
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function resizePoster(bytes: Uint8Array, width: number | undefined, format: ShownFormat): Promise<Buffer> {
  const { image, format: from } = open(bytes);
  const shown = image.autoOrient().toColourspace("srgb");
  if (width !== undefined) shown.resize({ width, withoutEnlargement: true });
  // JPEG has no transparency: mid grey, as an encoder sees it.
  if (format === "jpeg") shown.flatten({ background: { r: 128, g: 128, b: 128 } });
  try {
    return await shown.toFormat(format, coding(format, width)).toBuffer();
  } catch (cause) {
    throw unreadable(bytes, from, cause);
  }
}

function coding(format: ShownFormat, width: number | undefined) {
  if (format === "png") return { compressionLevel: 9 };
  if (format !== "avif") return { quality: 82 };
  if (width !== undefined) return shownAvif;
  // Of up to 24 megapixels: at this pace they take as long as in WebP, and not much more memory.
  return { ...shownAvif, effort: 0, chromaSubsampling: "4:2:0" };
}

async function toRgb(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const { image, format } = open(bytes);
  try {
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: { r: 128, g: 128, b: 128 } })
      // The JPEG decoder's own halving is no triangle filter: off, so that numbers do not depend on the file's size.
      .resize(width, height, { fit: "fill", kernel: "linear", fastShrinkOnLoad: false, withoutEnlargement: true })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    // libvips shrinks as torchvision does but enlarges half a pixel off, so that part is done here.
    return enlarge(data, info.width, info.height, width, height);
  } catch (cause) {
    throw unreadable(bytes, format, cause);
  }
}

/** Hand bytes to sharp, but only those that are what they may be. */
function open(bytes: Uint8Array): { image: Sharp; format: PosterFormat } {
  if (bytes.length > maxPosterBytes) {
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster of at most ${maxPosterBytes} bytes, received ${bytes.length}`,
    );
  }
  const format = detectFormat(bytes);
  const other = unsupportedFormat(bytes);
  if (other !== undefined) {
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster as JPEG, PNG or WebP, received ${other} of ${bytes.length} bytes: save it as one of these first`,
    );
  }
  if (format === undefined) {
    const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster as JPEG, PNG or WebP, received ${bytes.length} bytes${start === "" ? "" : ` starting ${start}`}`,
    );
  }
  // What every browser shows is taken, such as phones' JPEGs with a byte too many between two parts; half a picture is not.
  return { image: sharp(bytes, { limitInputPixels: maxPosterPixels, failOn: "truncated" }), format };
}

/** The first that fits counts: `mif1` alone says HEIC, and beside `avif` AVIF. */
const brands: readonly [RegExp, string][] = [
  [/^(?:.{4})*avi[fs]/s, "an AVIF picture"],
  [/^(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)/, "a HEIC picture"],
];

/** Formats that people send, told by name. */
function unsupportedFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (start.slice(4, 8) === "ftyp") {
    const box = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const names = box.toString("latin1", 8, Math.min(64, box.readUInt32BE(0)));
    return brands.find(([brand]) => brand.test(names))?.[1];
  }
  if (start.startsWith("GIF8")) return "a GIF";
  return start.startsWith("BM") ? "a BMP" : undefined;
}

/**
 * The same picture without what a camera wrote into it (places, devices, comments), for showing as it is: turned as it is meant to
 * be seen, its colour profile kept.
 * @returns the bytes themselves where there is nothing to take away
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function withoutMetadata(bytes: Uint8Array): Promise<Uint8Array> {
  const { image, format } = open(bytes);
  try {
    const { exif, xmp, iptc, comments } = await image.metadata();
    const carries = [exif, xmp, iptc].some((part) => part !== undefined) || (comments?.length ?? 0) > 0;
    if (!carries) return bytes;
    // Written anew: at this quality no eye tells it from what it was.
    const options = format === "png" ? { compressionLevel: 9 } : { quality: 95 };
    return await image.autoOrient().keepIccProfile().toFormat(format, options).toBuffer();
  } catch (cause) {
    throw unreadable(bytes, format, cause);
  }
}

function detectFormat(bytes: Uint8Array): PosterFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  return start.startsWith("RIFF") && start.endsWith("WEBP") ? "webp" : undefined;
}

/** Whether a chunk `acTL` stands before the picture's data; libvips shows such a file's first frame and says nothing. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = 8; offset + 8 <= view.length; offset += 12 + view.readUInt32BE(offset)) {
    const type = view.toString("latin1", offset + 4, offset + 8);
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}

function unreadable(bytes: Uint8Array, format: PosterFormat, cause: unknown): AppError {
  // Libvips gathers its words for the whole process: they may be of somebody else's picture, and stay in the cause.
  return new AppError(
    "POSTER_UNREADABLE",
    `expected a poster that decodes in full and has at most ${maxPosterPixels / 1e6} megapixels, ` +
      `received a ${format} of ${bytes.length} bytes that does not`,
    { cause },
  );
}
