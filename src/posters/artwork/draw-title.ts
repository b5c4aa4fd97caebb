/** Draws a poster's lettering: the title in its zone, the year, and strokes that suggest a credits block. */

import { fitText } from "../lettering/lettering-fit.js";
import { capHeight, type FontName, textPath, textWidth } from "../lettering/lettering-glyphs.js";
import { type Box, between, line, n, type Random, rect } from "../motifs/draw-kit.js";

export type TitleLayout = "rules" | "stack" | "wide" | "giant" | "small" | "italic";

export interface TitleBlock {
  title: string;
  year?: number;
  zone: Box;
  layout: TitleLayout;
  font: FontName;
  ink: string;
  accent: string;
  /** Paint of the title itself where it is not the ink: a gradient of the 1980s. */
  fill?: string;
  capitals: boolean;
}

const articles = /^(.*), (the|a|an|le|la|les|l'|il|el|los|las|das|der|die)$/i;

/**
 * The title as a poster has it: `Matrix, The (1999)` is `The Matrix`. Other names in brackets are left out, unless
 * nothing else is left.
 */
export function shownTitle(title: string): string {
  const bare = title.replace(/\s*\([^()]*\)/g, "").trim() || title.replace(/\s*\(\d{4}\)\s*$/, "").trim();
  const match = articles.exec(bare);
  if (!match) return bare;
  return match[2].endsWith("'") ? match[2] + match[1] : `${match[2]} ${match[1]}`;
}

const titleStyles: Record<
  TitleLayout,
  { maxSize: number; maxLines: number; leading: number; spacing: number; anchor: "start" | "middle" }
> = {
  rules: { maxSize: 50, maxLines: 3, leading: 1.12, spacing: 0.02, anchor: "middle" },
  stack: { maxSize: 62, maxLines: 4, leading: 0.98, spacing: -0.015, anchor: "start" },
  wide: { maxSize: 38, maxLines: 3, leading: 1.3, spacing: 0.2, anchor: "middle" },
  giant: { maxSize: 118, maxLines: 4, leading: 0.94, spacing: 0, anchor: "middle" },
  small: { maxSize: 30, maxLines: 3, leading: 1.14, spacing: 0, anchor: "start" },
  italic: { maxSize: 56, maxLines: 3, leading: 1.08, spacing: 0, anchor: "middle" },
};

/** Draws the block centred in the height of its zone; it never leaves the zone. */
export function drawTitle(block: TitleBlock): string {
  const { zone, layout, font, ink, accent } = block;
  const style = titleStyles[layout];
  const whole = block.capitals ? shownTitle(block.title).toUpperCase() : shownTitle(block.title);
  // A leading article is set small over a big title, as sign painters do.
  const article = layout === "giant" || layout === "stack" ? /^(the|a|an) (?=\S{2})/i.exec(whole)?.[1] : undefined;
  const text = article ? whole.slice(article.length + 1) : whole;
  const cap = capHeight(font);
  const small = 11.5;
  const above = (article ? 22 : 0) + (layout === "rules" || layout === "stack" ? 16 : 0);
  const below = 26;
  const fitted = fitText({
    text,
    font,
    maxWidth: zone.w,
    maxHeight: zone.h - above - below,
    maxLines: style.maxLines,
    maxSize: style.maxSize,
    lineHeight: style.leading,
    letterSpacing: style.spacing,
    minSize: 11,
  });
  const textHeight = (fitted.lines.length - 1) * fitted.leading + fitted.size * cap;
  const top = zone.y + Math.max(0, (zone.h - above - textHeight - below) / 2);
  const x = style.anchor === "middle" ? zone.x + zone.w / 2 : zone.x;
  let y = top;
  let out = "";
  if (layout === "rules") {
    out += line(x - 60, y + 1, x + 60, y + 1, ink, 1.2, 'opacity=".8"');
    y += 16;
  }
  if (layout === "stack") {
    out += rect(x, y, 46, 5, accent);
    y += 16;
  }
  if (article) {
    out += textPath({
      text: article,
      font,
      size: 17,
      x,
      y: y + 17 * cap,
      anchor: style.anchor,
      fill: ink,
      letterSpacing: 0.12,
    });
    y += 22;
  }
  y += fitted.size * cap;
  for (const shown of fitted.lines) {
    out += textPath({
      text: shown,
      font,
      size: fitted.size,
      x,
      y,
      anchor: style.anchor,
      fill: block.fill ?? ink,
      letterSpacing: style.spacing,
    });
    y += fitted.leading;
  }
  const year = block.year === undefined ? "" : String(block.year);
  const yearY = top + above + textHeight + 22;
  const yearFont = font === "playfair" || font === "playfairBlack" || font === "playfairItalic" ? "playfair" : "inter";
  out += textPath({
    text: year,
    font: yearFont,
    size: small,
    x,
    y: yearY,
    anchor: style.anchor,
    fill: ink,
    letterSpacing: 0.3,
    opacity: 0.85,
  });
  if (year !== "" && style.anchor === "middle" && layout !== "giant") {
    const half = textWidth(year, yearFont, small, 0.3) / 2 + 10;
    out +=
      line(x - half - 38, yearY - 4, x - half, yearY - 4, ink, 0.9, 'opacity=".6"') +
      line(x + half, yearY - 4, x + half + 38, yearY - 4, ink, 0.9, 'opacity=".6"');
  }
  return out;
}

/** Three rows of fine strokes, word lengths apart, where a poster has its credits. */
export function drawCredits(
  random: Random,
  x: number,
  y: number,
  w: number,
  ink: string,
  anchor: "start" | "middle",
): string {
  let d = "";
  for (let row = 0; row < 3; row++) {
    const rowWidth = w * (row < 2 ? between(random, 0.82, 0.96) : between(random, 0.4, 0.6));
    let left = anchor === "middle" ? x + (w - rowWidth) / 2 : x;
    const end = left + rowWidth;
    while (left < end - 4) {
      const length = Math.min(between(random, 5, 34), end - left);
      d += `M${n(left)} ${n(y + row * 5)}h${n(length)}`;
      left += length + 2.5;
    }
  }
  return `<path d="${d}" stroke="${ink}" stroke-width="1.5" opacity=".5" fill="none"/>`;
}
