/**
 * Opens poster images from untrusted bytes. This is the only module that configures sharp.
 * Only libvips' in-memory loaders for JPEG, PNG and WebP stay unblocked, and the SVG loader, which our own drawings
 * need. The block applies to the whole process and all its threads, so it cannot tell our SVG from an uploaded one:
 * `openImage` checks the first bytes before libvips sees any.
 */
import sharp, { type Sharp } from "sharp";
import { AppError } from "../../errors.js";

sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadSvgBuffer",
  ],
});
// Posters are small and processed in parallel, so one thread per poster is fastest. Nothing is decoded twice, so
// libvips' cache would only use memory.
sharp.concurrency(1);
sharp.cache(false);

export const maxPosterBytes = 10 * 2 ** 20;
export const maxPosterPixels = 24_000_000;
export const minPosterSide = 16;
/** WebP's limit, the lowest of all output formats: every accepted poster can be served in each of them. */
export const maxPosterSide = 16_383;

/** Formats in which posters are accepted and stored. */
export type PosterFormat = "jpeg" | "png" | "webp";

/**
 * Opens an image in sharp, after checking its size and format.
 * @throws {AppError} POSTER_UNREADABLE
 */
export function openImage(bytes: Uint8Array): { image: Sharp; format: PosterFormat } {
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
  // Accepts what every browser shows, such as phones' JPEGs with a stray byte between two segments, but no truncated image.
  return { image: sharp(bytes, { limitInputPixels: maxPosterPixels, failOn: "truncated" }), format };
}

function detectFormat(bytes: Uint8Array): PosterFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  return start.startsWith("RIFF") && start.endsWith("WEBP") ? "webp" : undefined;
}

/** The first match counts: `mif1` alone means HEIC, together with `avif` it means AVIF. */
const brands: readonly [RegExp, string][] = [
  [/^(?:.{4})*avi[fs]/s, "an AVIF picture"],
  [/^(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)/, "a HEIC picture"],
];

/** The name of a common format that is not accepted, for error messages. */
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

/** POSTER_UNREADABLE for an image that failed to decode. */
export function undecodable(bytes: Uint8Array, format: PosterFormat, cause: unknown): AppError {
  // libvips collects its messages for the whole process: they may concern another image, so they go into the cause only.
  return new AppError(
    "POSTER_UNREADABLE",
    `expected a poster that decodes in full and has at most ${maxPosterPixels / 1e6} megapixels, ` +
      `received a ${format} of ${bytes.length} bytes that does not`,
    { cause },
  );
}
