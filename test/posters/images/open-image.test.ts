import { crc32 } from "node:zlib";
import sharp, { type Metadata } from "sharp";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { decodeToRgb } from "../../../src/posters/images/decode-poster.js";
import { inspectPoster } from "../../../src/posters/images/inspect-poster.js";
import { maxPosterBytes, maxPosterSide } from "../../../src/posters/images/open-image.js";
import { decodeToPlanes, imagenetPreprocessing } from "../../../src/posters/images/preprocessing.js";
import { resizePoster, withoutMetadata } from "../../../src/posters/images/resize-poster.js";

/** Left half red, right half blue, 40 × 60. */
const halves = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="60"><rect width="40" height="60" fill="#f00"/>' +
    '<rect x="20" width="20" height="60" fill="#00f"/></svg>',
);
const drawn = () => sharp(halves).flatten();
const flat = (channels: 3 | 4, background: { r: number; g: number; b: number; alpha?: number }) =>
  sharp({ create: { width: 40, height: 40, channels, background } });

async function refusal(bytes: Uint8Array): Promise<AppError> {
  const error = await inspectPoster(bytes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe("POSTER_UNREADABLE");
  return error as AppError;
}

/** What AVIF says of itself, and the picture as PNG: reading it is blocked wherever strangers' bytes are read. */
async function readAvif(bytes: Buffer): Promise<{ metadata: Metadata; png: Buffer }> {
  const reader = { operation: ["VipsForeignLoadHeifBuffer"] };
  sharp.unblock(reader);
  try {
    return { metadata: await sharp(bytes).metadata(), png: await sharp(bytes).png().toBuffer() };
  } finally {
    sharp.block(reader);
  }
}

/** A poster's four corners, each `[r, g, b]`, top left first; of 8 × 8, so that none sees the other half. */
async function corners(bytes: Uint8Array): Promise<number[][]> {
  const rgb = await decodeToRgb(bytes, 8, 8);
  expect(rgb.length).toBe(8 * 8 * 3);
  return [0, 7, 56, 63].map((pixel) => [...rgb.subarray(3 * pixel, 3 * pixel + 3)]);
}

function expectNear(actual: number[], expected: number[], tolerance: number): void {
  for (const [i, value] of actual.entries()) {
    expect(Math.abs(value - expected[i]), `${actual}`).toBeLessThanOrEqual(tolerance);
  }
}

describe("a poster is inspected", () => {
  test.each(["jpeg", "png", "webp"] as const)("as %s, with its size and the hash of its bytes", async (format) => {
    const bytes = await drawn()[format]().toBuffer();
    const info = await inspectPoster(bytes);
    expect(info).toEqual({ format, width: 40, height: 60, bytes: bytes.length, sha256: info.sha256 });
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
    expect(info.sha256).toBe(Buffer.from(digest).toString("hex"));
  });

  test("with the width and height that are shown, after its EXIF rotation", async () => {
    const bytes = await drawn().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await inspectPoster(bytes)).toMatchObject({ width: 60, height: 40 });
  });
});

describe("a poster is refused", () => {
  test("when it is SVG, which stays readable for our own drawings", async () => {
    const error = await refusal(halves);
    expect(error.message).toBe(
      `expected a poster as JPEG, PNG or WebP, received ${halves.length} bytes starting 3c73766720786d6c`,
    );
    expect((await sharp(halves).metadata()).format).toBe("svg");
  });

  test("when it is GIF or TIFF, which libvips is not let read at all", async () => {
    for (const bytes of [await drawn().gif().toBuffer(), await drawn().tiff().toBuffer()]) {
      expect((await refusal(bytes)).message).toMatch(
        /^expected a poster as JPEG, PNG or WebP, received (a GIF of )?\d+ bytes/,
      );
      await expect(sharp(bytes).metadata()).rejects.toThrow("unsupported image format");
    }
  });

  test("when it is empty", async () => {
    expect((await refusal(new Uint8Array(0))).message).toBe("expected a poster as JPEG, PNG or WebP, received 0 bytes");
  });

  test("when it stops early, with sharp's error as cause", async () => {
    for (const format of ["jpeg", "png", "webp"] as const) {
      const bytes = await drawn()[format]().toBuffer();
      const error = await refusal(bytes.subarray(0, bytes.length - 20));
      expect(error.message).toMatch(
        new RegExp(`^expected a poster that decodes in full and has at most 24 megapixels, received a ${format} of `),
      );
      expect(error.cause).toBeInstanceOf(Error);
    }
  });

  test("when a byte of its picture is wrong", async () => {
    const bytes = await drawn().png().toBuffer();
    bytes[bytes.length - 20] ^= 255;
    expect((await refusal(bytes)).message).toContain("expected a poster that decodes in full");
  });

  test("when it is smaller than 16 pixels a side", async () => {
    const bytes = await drawn().resize(15, 40).png().toBuffer();
    expect((await refusal(bytes)).message).toBe("expected a poster of at least 16 pixels a side, received 15 × 40");
  });

  test("when it has more than 10 MiB", async () => {
    const bytes = Buffer.concat([await drawn().jpeg().toBuffer(), Buffer.alloc(maxPosterBytes)]);
    expect((await refusal(bytes)).message).toBe(
      `expected a poster of at most 10485760 bytes, received ${bytes.length}`,
    );
  });

  test("when it has more than 24 megapixels, however few bytes", async () => {
    const bytes = await flat(3, { r: 9, g: 9, b: 9 }).resize(6000, 4001).png().toBuffer();
    expect((await refusal(bytes)).message).toMatch(
      /^expected a poster that decodes in full and has at most 24 megapixels/,
    );
  });

  test("when a side is longer than WebP has", async () => {
    const bytes = await flat(3, { r: 9, g: 9, b: 9 }).resize(100, 20_000, { fit: "fill" }).png().toBuffer();
    expect((await refusal(bytes)).message).toBe(
      "expected a poster of at most 16383 pixels a side, received 100 × 20000",
    );
  });

  test.each([
    ["ftypheic", "a HEIC picture"],
    ["ftypmif1", "a HEIC picture"],
    ["ftypavif", "an AVIF picture"],
    ["ftypmif1\0\0\0\0miafavif", "an AVIF picture"],
  ])("when it is of another format, which is named (%s)", async (brand, what) => {
    const bytes = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from(brand, "latin1"),
      Buffer.alloc(108 - brand.length),
    ]);
    expect((await refusal(bytes)).message).toBe(
      `expected a poster as JPEG, PNG or WebP, received ${what} of 112 bytes: save it as one of these first`,
    );
  });

  test("without a word of another picture's fault", async () => {
    const good = await drawn().jpeg().toBuffer();
    const broken = [good.subarray(0, good.length - 60), (await drawn().png().toBuffer()).subarray(0, 80)];
    const messages = await Promise.all(
      Array.from({ length: 40 }, (_, i) => refusal(Buffer.from(broken[i % 2])).then(({ message }) => message)),
    );
    for (const [i, message] of messages.entries()) {
      expect(message).toBe(
        `expected a poster that decodes in full and has at most 24 megapixels, received a ${i % 2 === 0 ? "jpeg" : "png"} of ` +
          `${broken[i % 2].length} bytes that does not`,
      );
    }
  });

  test("when it moves", async () => {
    const webp = await sharp([halves, await drawn().negate().png().toBuffer()], { join: { animated: true } })
      .webp()
      .toBuffer();
    expect((await refusal(webp)).message).toBe("expected a poster of one picture, received an animated webp");
    const png = await drawn().png().toBuffer();
    expect((await refusal(withAnimationControl(png))).message).toBe(
      "expected a poster of one picture, received an animated png",
    );
  });
});

describe("a poster that every browser shows", () => {
  test("is taken though libvips warns of it: bytes between two segments, as phones write them", async () => {
    const jpeg = await drawn().jpeg().toBuffer();
    // Behind the first segment (APP0): what belongs to none is skipped, with a warning.
    const at = 4 + jpeg.readUInt16BE(4);
    const odd = Buffer.concat([jpeg.subarray(0, at), Buffer.alloc(7), jpeg.subarray(at)]);
    await expect(sharp(odd, { failOn: "warning" }).raw().toBuffer()).rejects.toThrow();
    expect(await inspectPoster(odd)).toMatchObject({ format: "jpeg" });
  });
});

describe("what is shown of a poster", () => {
  test("has no metadata of whoever took it, and is seen as before", async () => {
    const exif = { IFD0: { Model: "Secret Camera" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 3230/100" } };
    for (const format of ["jpeg", "png", "webp"] as const) {
      const given = await drawn().withMetadata({ orientation: 6 }).withExifMerge(exif).toFormat(format).toBuffer();
      expect(given.includes("Secret Camera")).toBe(true);
      const shown = Buffer.from(await withoutMetadata(given));
      expect(shown.includes("Secret Camera")).toBe(false);
      const { exif: left, orientation, width, height } = await sharp(shown).metadata();
      expect([left, orientation ?? 1]).toEqual([undefined, 1]);
      const { autoOrient } = await sharp(given).metadata();
      expect([width, height]).toEqual([autoOrient.width, autoOrient.height]);
      for (const [i, pixel] of (await corners(shown)).entries()) expectNear(pixel, (await corners(given))[i], 6);
    }
  });

  test("is what it was where there is nothing to take away, and keeps its colour profile", async () => {
    const plain = await drawn().jpeg().toBuffer();
    expect(await withoutMetadata(plain)).toBe(plain);
    const profiled = await drawn()
      .withIccProfile("p3")
      .withExifMerge({ IFD0: { Model: "x" } })
      .jpeg()
      .toBuffer();
    const { icc } = await sharp(Buffer.from(await withoutMetadata(profiled))).metadata();
    expect(icc?.length).toBe((await sharp(profiled).metadata()).icc?.length);
  });
});

describe("a poster shown in AVIF", () => {
  test("is narrower or as wide as it was, turned as its EXIF says, and has no metadata", async () => {
    const exif = { IFD0: { Model: "Secret Camera" } };
    for (const format of ["jpeg", "png", "webp"] as const) {
      const given = await drawn().withMetadata({ orientation: 6 }).withExifMerge(exif).toFormat(format).toBuffer();
      for (const [width, expected] of [
        [30, [30, 20]],
        [92, [60, 40]],
        [undefined, [60, 40]],
      ] as const) {
        const avif = await resizePoster(given, width, "avif");
        expect(avif.toString("latin1", 4, 12)).toBe("ftypavif");
        expect(avif.includes("Secret Camera")).toBe(false);
        const { metadata, png } = await readAvif(avif);
        expect([metadata.width, metadata.height]).toEqual(expected);
        expect([metadata.exif, metadata.xmp, metadata.orientation ?? 1]).toEqual([undefined, undefined, 1]);
        const [topLeft, , bottomLeft] = await corners(png);
        expectNear(topLeft, [255, 0, 0], 24);
        expectNear(bottomLeft, [0, 0, 255], 24);
      }
    }
  });

  test("can be made of whatever is taken: the longest, the narrowest, 16 bits, grey, CMYK, half transparent", async () => {
    const colour = flat(3, { r: 200, g: 100, b: 50 });
    const taken = await Promise.all([
      colour.clone().resize(maxPosterSide, 16, { fit: "fill" }).png().toBuffer(),
      colour.clone().resize(16, maxPosterSide, { fit: "fill" }).png().toBuffer(),
      colour.clone().toColourspace("rgb16").png().toBuffer(),
      colour.clone().toColourspace("grey16").png().toBuffer(),
      colour.clone().toColourspace("b-w").jpeg().toBuffer(),
      colour.clone().toColourspace("cmyk").jpeg().toBuffer(),
      flat(4, { r: 200, g: 100, b: 50, alpha: 0.5 }).webp().toBuffer(),
    ]);
    for (const bytes of taken) {
      const { width, height } = await inspectPoster(bytes);
      const { metadata: whole } = await readAvif(await resizePoster(bytes, undefined, "avif"));
      expect([whole.width, whole.height, whole.depth]).toEqual([width, height, "uchar"]);
      const { metadata: small } = await readAvif(await resizePoster(bytes, 92, "avif"));
      expect([small.width, small.height]).toEqual(
        width > 92 ? [92, Math.max(1, Math.round((height * 92) / width))] : [width, height],
      );
    }
  });

  test("is not taken back: what is offered in AVIF is uploaded in another format", async () => {
    const avif = await resizePoster(await drawn().png().toBuffer(), undefined, "avif");
    expect((await refusal(avif)).message).toBe(
      `expected a poster as JPEG, PNG or WebP, received an AVIF picture of ${avif.length} bytes: save it as one of these first`,
    );
  });
});

describe("a poster is decoded to 8-bit sRGB", () => {
  test("row by row, left to right", async () => {
    const [topLeft, topRight, bottomLeft, bottomRight] = await corners(await drawn().png().toBuffer());
    for (const left of [topLeft, bottomLeft]) expectNear(left, [255, 0, 0], 0);
    for (const right of [topRight, bottomRight]) expectNear(right, [0, 0, 255], 0);
  });

  test("turned as its EXIF says: what was left is above", async () => {
    const bytes = await drawn().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const [topLeft, topRight, bottomLeft] = await corners(bytes);
    for (const top of [topLeft, topRight]) expectNear(top, [255, 0, 0], 4);
    expectNear(bottomLeft, [0, 0, 255], 4);
  });

  test("from grey, 16 bits a channel and a palette", async () => {
    const grey = await flat(3, { r: 100, g: 100, b: 100 }).toColourspace("b-w").png().toBuffer();
    expectNear((await corners(grey))[0], [100, 100, 100], 1);
    const deep = await flat(3, { r: 200, g: 100, b: 50 }).toColourspace("rgb16").png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expectNear((await corners(deep))[0], [200, 100, 50], 1);
    const deepGrey = await flat(3, { r: 100, g: 100, b: 100 }).toColourspace("grey16").png().toBuffer();
    expectNear((await corners(deepGrey))[0], [100, 100, 100], 1);
    const palette = await flat(3, { r: 200, g: 100, b: 50 }).png({ palette: true }).toBuffer();
    expectNear((await corners(palette))[0], [200, 100, 50], 1);
  });

  test("from CMYK", async () => {
    const bytes = await flat(3, { r: 200, g: 100, b: 50 }).toColourspace("cmyk").jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    // There and back through a printer's colours costs some saturation.
    expectNear((await corners(bytes))[0], [200, 100, 50], 32);
  });

  test("with what is transparent on mid grey", async () => {
    const clear = await flat(4, { r: 255, g: 0, b: 0, alpha: 0 }).png().toBuffer();
    expectNear((await corners(clear))[0], [128, 128, 128], 0);
    const half = await flat(4, { r: 255, g: 0, b: 0, alpha: 0.5 }).png().toBuffer();
    expectNear((await corners(half))[0], [191, 64, 64], 1);
  });

  test("enlarged with pixel centres on pixel centres, by hand for a ramp of 16 columns", async () => {
    const ramp = Buffer.from(Array.from({ length: 16 * 16 * 3 }, (_, i) => 10 * (Math.floor(i / 3) % 16)));
    const bytes = await sharp(ramp, { raw: { width: 16, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const rgb = await decodeToRgb(bytes, 32, 16);
    // Column x lies at (x + 0.5) / 2 − 0.5 = −0.25, 0.25, 0.75 … of the ramp, whose ends go on as they are.
    expect([0, 1, 2, 3, 30, 31].map((x) => rgb[3 * x])).toEqual([0, 3, 8, 13, 148, 150]);
  });

  test("to at most 4096 pixels a side", async () => {
    const bytes = await drawn().png().toBuffer();
    await expect(decodeToRgb(bytes, 0, 5)).rejects.toThrow(
      new RangeError("expected a width and height from 1 to 4096, received 0 × 5"),
    );
  });
});

test("an encoder's input is planes, each scaled, less its mean, over its deviation", async () => {
  const bytes = await drawn().png().toBuffer();
  const planes = await decodeToPlanes(bytes, { ...imagenetPreprocessing, size: [8, 1] });
  expect(planes.length).toBe(24);
  const [r0, r1, g0, g1, b0, b1] = [0, 7, 8, 15, 16, 23].map((i) => planes[i]);
  expect(r0).toBeCloseTo((1 - 0.485) / 0.229, 5);
  expect(r1).toBeCloseTo(-0.485 / 0.229, 5);
  for (const green of [g0, g1]) expect(green).toBeCloseTo(-0.456 / 0.224, 5);
  expect(b0).toBeCloseTo(-0.406 / 0.225, 5);
  expect(b1).toBeCloseTo((1 - 0.406) / 0.225, 5);
});

/** The same PNG with the chunk that says it is animated, before its data. */
function withAnimationControl(png: Buffer): Buffer {
  const chunk = Buffer.alloc(20);
  chunk.writeUInt32BE(8, 0);
  chunk.write("acTL", 4, "latin1");
  chunk.writeUInt32BE(2, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 16)), 16);
  const afterHeader = 8 + 25;
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)]);
}
