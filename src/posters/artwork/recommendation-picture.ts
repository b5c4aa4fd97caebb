/** Draws recommendations as one picture: rows of posters with captions, on a dark background. */
import sharp from "sharp";
import { fitText } from "../lettering/lettering-fit.js";
import { textPath } from "../lettering/lettering-glyphs.js";
import { n } from "../motifs/draw-kit.js";
import { captions, cardImage, cardColours as colours, type PictureCard } from "./draw-card.js";

export type { PictureCard } from "./draw-card.js";

export interface PictureRow {
  title: string;
  cards: PictureCard[];
}

export interface Picture {
  heading: string;
  rows: PictureRow[];
}

interface Placed {
  card: PictureCard;
  x: number;
  y: number;
}

/** Cards side by side in a row of `count`: up to five stay on one line, more are spread over even lines. */
function perLine(count: number): number {
  if (count <= 5) return count;
  const lines = Math.ceil(count / 5);
  return Math.ceil(count / lines);
}

/**
 * Draws the rows one below the other. Cards are as wide as the fullest line asks, within limits, so that all rows
 * have posters of one size.
 * @param width of the picture in pixels, 320 to 4000; default 1200. The height follows.
 * @returns PNG
 * @throws {RangeError} if the width is out of range
 */
export async function drawRecommendationPicture(picture: Picture, width = 1200): Promise<Buffer> {
  if (!Number.isInteger(width) || width < 320 || width > 4000) {
    throw new RangeError(`expected a picture width, an integer from 320 to 4000, received ${width}`);
  }
  const unit = width / 1200;
  const margin = Math.round(56 * unit);
  const gap = Math.round(26 * unit);
  const columns = Math.max(3, ...picture.rows.map((row) => perLine(row.cards.length)));
  const fitting = Math.floor((width - 2 * margin - (columns - 1) * gap) / columns);
  const cardWidth = Math.max(24, Math.min(fitting, Math.round(260 * unit)));
  const cardHeight = Math.round(cardWidth * 1.5);
  const size = Math.max(8, Math.min(18 * unit, cardWidth * 0.085));
  const step = cardHeight + Math.round(size * 6);

  // Two rows of one or two cards stand beside each other: below each other they leave most of the sheet empty.
  const beside = picture.rows.length === 2 && columns === 3 && picture.rows.every((row) => row.cards.length <= 2);
  const rowWidth = beside ? Math.floor((width - 2 * margin - 2 * gap) / 2) : width - 2 * margin;

  let letters = "";
  let y = margin;
  if (picture.heading.trim() !== "") {
    const head = fitText({
      text: picture.heading,
      font: "playfair",
      maxWidth: width - 2 * margin,
      maxHeight: 110 * unit,
      maxLines: 2,
      maxSize: 42 * unit,
    });
    for (const text of head.lines) {
      letters += textPath({
        text,
        font: "playfair",
        size: head.size,
        x: margin,
        y: y + head.size * 0.8,
        anchor: "start",
        fill: colours.ink,
      });
      y += head.leading;
    }
    y += 18 * unit;
  }
  const placed: Placed[] = [];
  const top = y;
  let left = margin;
  let bottom = y;
  for (const row of picture.rows) {
    if (beside) y = top;
    letters += `<rect x="${left}" y="${n(y)}" width="${rowWidth}" height="1" fill="${colours.line}"/>`;
    y += 34 * unit;
    const label = fitText({
      text: row.title.toUpperCase(),
      font: "oswald",
      maxWidth: rowWidth,
      maxHeight: 30 * unit,
      maxLines: 1,
      maxSize: 19 * unit,
      letterSpacing: 0.12,
    });
    letters += textPath({
      text: label.lines.join(""),
      font: "oswald",
      size: label.size,
      x: left,
      y,
      anchor: "start",
      fill: colours.soft,
      letterSpacing: 0.12,
    });
    y = Math.round(y + 20 * unit);
    const line = perLine(row.cards.length);
    row.cards.forEach((card, i) => {
      placed.push({ card, x: left + (i % line) * (cardWidth + gap), y: y + Math.floor(i / line) * step });
    });
    y += row.cards.length === 0 ? 10 * unit : Math.ceil(row.cards.length / line) * step;
    bottom = Math.max(bottom, y);
    if (beside) left += rowWidth + 2 * gap;
  }
  const height = Math.ceil(bottom + margin * 0.4);

  const images: { input: Buffer; left: number; top: number }[] = [];
  for (const { card, x, y: at } of placed) {
    images.push({ input: await cardImage(card, cardWidth, cardHeight), left: x, top: at });
    letters += captions(card, x, at + cardHeight, cardWidth, size);
  }
  const sheet = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colours.top}"/><stop offset="1" stop-color="${colours.bottom}"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#g)"/>${letters}</svg>`;
  return sharp(Buffer.from(sheet), { unlimited: true })
    .flatten({ background: colours.bottom })
    .composite(images)
    .png({ compressionLevel: 8 })
    .toBuffer();
}
