/** Draws one film of a picture of recommendations: its poster with rounded corners, and the captions below it. */
import sharp from "sharp";
import { fitText } from "../lettering/lettering-fit.js";
import { textPath } from "../lettering/lettering-glyphs.js";
import { n } from "../motifs/draw-kit.js";
import { drawPoster, type PosterFacts } from "./draw-poster.js";
import { shownTitle } from "./draw-title.js";

export interface PictureCard extends Omit<PosterFacts, "genres"> {
  /** For the drawn poster of a card that has no bytes; none draws a drama. */
  genres?: readonly string[];
  /** One line below the title, such as `5★` or `similarity 0.83 · 4.2★`. */
  caption: string;
  /** JPEG, PNG or WebP; unreadable bytes give the drawn poster. */
  poster?: Uint8Array;
}

/** A poster is a few hundred pixels wide; 24 megapixels let a scan through and no bomb. */
const maxPixels = 24_000_000;
export const cardColours = {
  top: "#1b1d26",
  bottom: "#0d0e13",
  ink: "#f4f1ea",
  soft: "#a3a4ae",
  accent: "#e8b64c",
  line: "#34363f",
};

function drawn(card: PictureCard, width: number, height: number): Promise<Buffer> {
  const svg = drawPoster({ title: card.title, year: card.year, genres: card.genres ?? [] });
  return sharp(Buffer.from(svg), { density: Math.max(1, (72 * width) / 400) })
    .resize(width, height, { fit: "fill" })
    .png()
    .toBuffer();
}

/** The poster cropped to the middle 2:3 of it, or the drawn one; corners rounded. */
export async function cardImage(card: PictureCard, width: number, height: number): Promise<Buffer> {
  let image: Buffer | undefined;
  if (card.poster && card.poster.length > 0) {
    try {
      // failOn "error": a poster cut off by a few bytes is still worth showing; one without pixels is not.
      image = await sharp(card.poster, { limitInputPixels: maxPixels, failOn: "error" })
        .rotate()
        .resize(width, height, { fit: "cover", position: "centre" })
        .flatten({ background: cardColours.bottom })
        .png()
        .toBuffer();
    } catch {
      image = undefined;
    }
  }
  image ??= await drawn(card, width, height);
  const corners = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="${n(width * 0.045)}"/></svg>`;
  return sharp(image)
    .ensureAlpha()
    .composite([{ input: Buffer.from(corners), blend: "dest-in" }])
    .png()
    .toBuffer();
}

/** Title in at most two lines and the caption in one, below a poster. */
export function captions(card: PictureCard, x: number, y: number, width: number, size: number): string {
  const name = shownTitle(card.title);
  const shown = card.year ? `${name} (${card.year})` : name;
  const room = { maxWidth: width, minSize: size * 0.93 };
  const title = fitText({
    ...room,
    text: shown,
    font: "interBold",
    maxHeight: size * 2.5,
    maxLines: 2,
    maxSize: size,
    lineHeight: 1.22,
  });
  let out = "";
  let baseline = y + size * 1.5;
  for (const text of title.lines) {
    out += textPath({
      text,
      font: "interBold",
      size: title.size,
      x,
      y: baseline,
      anchor: "start",
      fill: cardColours.ink,
    });
    baseline += title.leading;
  }
  const below = size * 0.9;
  const caption = fitText({
    maxWidth: width,
    minSize: below * 0.75,
    text: card.caption,
    font: "inter",
    maxHeight: below * 1.4,
    maxLines: 1,
    maxSize: below,
  });
  for (const text of caption.lines) {
    out += textPath({
      text,
      font: "inter",
      size: caption.size,
      x,
      y: baseline + size * 0.12,
      anchor: "start",
      fill: cardColours.accent,
    });
  }
  return out;
}
