/**
 * Renders text as SVG paths from bundled fonts, so that a picture never depends on the machine's fonts.
 * Glyphs are set one by one, with the font's own kerning; no shaping, since opentype.js 2.0 throws on Inter's
 * substitution tables. Lengths are in user units of the SVG; letter spacing is in em.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import opentype from "opentype.js";

const fontFiles = {
  bebas: "bebas-neue:400-normal",
  oswald: "oswald:600-normal",
  oswaldLight: "oswald:300-normal",
  playfair: "playfair-display:700-normal",
  playfairBlack: "playfair-display:900-normal",
  playfairItalic: "playfair-display:700-italic",
  inter: "inter:400-normal",
  interLight: "inter:300-normal",
  interBold: "inter:700-normal",
  interBlack: "inter:900-normal",
} as const;

export type FontName = keyof typeof fontFiles;
export type Anchor = "start" | "middle" | "end";

interface Face {
  latin: opentype.Font;
  /** Polish, Czech, Turkish …: opened when the first such letter comes. */
  extended?: opentype.Font;
}

const require = createRequire(import.meta.url);
const faces = new Map<FontName, Face>();

function open(font: FontName, subset: "latin" | "latin-ext"): opentype.Font {
  const [family, cut] = fontFiles[font].split(":");
  const bytes = readFileSync(require.resolve(`@fontsource/${family}/files/${family}-${subset}-${cut}.woff`));
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function face(font: FontName): Face {
  const known = faces.get(font);
  if (known) return known;
  const fresh: Face = { latin: open(font, "latin") };
  faces.set(font, fresh);
  return fresh;
}

/** A glyph to draw: its own em, and kerning only against a glyph of the same font. */
interface Piece {
  font: opentype.Font;
  glyph: opentype.Glyph;
}

const star = "★";
/** Five points on a circle of 0.46 em, inner radius 0.4 of it, standing on the baseline as a capital does. */
const starAdvance = 0.96;

function starPath(x: number, y: number, size: number): string {
  let path = "";
  for (let corner = 0; corner < 10; corner++) {
    const radius = (corner % 2 === 0 ? 0.46 : 0.19) * size;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    const px = x + 0.48 * size + radius * Math.cos(angle);
    const py = y - 0.35 * size + radius * Math.sin(angle);
    path += `${corner === 0 ? "M" : "L"}${px.toFixed(2)} ${py.toFixed(2)}`;
  }
  return `${path}Z`;
}

/** Path data with two decimals. opentype's own `toPathData` writes NaN for numbers such as 1e-15. */
function pathData(outline: opentype.Path): string {
  const point = (x: number, y: number): string => `${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`;
  let data = "";
  for (const command of outline.commands) {
    if (command.type === "M" || command.type === "L") data += command.type + point(command.x, command.y);
    else if (command.type === "Q") data += `Q${point(command.x1, command.y1)} ${point(command.x, command.y)}`;
    else if (command.type === "C")
      data += `C${point(command.x1, command.y1)} ${point(command.x2, command.y2)} ${point(command.x, command.y)}`;
    else data += "Z";
  }
  return data;
}

function find(font: FontName, letter: string): Piece | undefined {
  const { latin } = face(font);
  if (latin.charToGlyphIndex(letter) > 0) return { font: latin, glyph: latin.charToGlyph(letter) };
  if (letter < "\u0100") return undefined;
  const own = face(font);
  own.extended ??= open(font, "latin-ext");
  if (own.extended.charToGlyphIndex(letter) === 0) return undefined;
  return { font: own.extended, glyph: own.extended.charToGlyph(letter) };
}

/** The glyphs of a text: a letter that the font lacks is drawn without its diacritics, or left out. */
function pieces(text: string, font: FontName): (Piece | typeof star)[] {
  const found: (Piece | typeof star)[] = [];
  for (const letter of text.normalize("NFC").replace(/\s+/g, " ")) {
    if (letter === star) {
      found.push(star);
      continue;
    }
    const whole = find(font, letter);
    if (whole) {
      found.push(whole);
      continue;
    }
    for (const part of letter.normalize("NFKD").replace(/\p{M}/gu, "")) {
      const plain = find(font, part);
      if (plain) found.push(plain);
    }
  }
  return found;
}

/** Walks the glyphs at a size; `emit` gets each one's x, from 0. Returns the advance of the whole text. */
function walk(
  text: string,
  font: FontName,
  size: number,
  letterSpacing: number,
  emit?: (piece: Piece | typeof star, x: number) => void,
): number {
  let x = 0;
  let before: Piece | undefined;
  const all = pieces(text, font);
  for (let i = 0; i < all.length; i++) {
    const piece = all[i];
    if (i > 0) x += letterSpacing * size;
    if (piece === star) {
      emit?.(piece, x);
      x += starAdvance * size;
      before = undefined;
      continue;
    }
    const scale = size / piece.font.unitsPerEm;
    if (before?.font === piece.font) x += piece.font.getKerningValue(before.glyph, piece.glyph) * scale;
    emit?.(piece, x);
    x += (piece.glyph.advanceWidth ?? 0) * scale;
    before = piece;
  }
  return x;
}

/** Width of a text on one line. @param letterSpacing in em, default 0 */
export function textWidth(text: string, font: FontName, size: number, letterSpacing = 0): number {
  return walk(text, font, size, letterSpacing);
}

/** Height of a capital of the font, in em: what a line of text is centred by. */
export function capHeight(font: FontName): number {
  const { latin } = face(font);
  return ((latin.tables.os2.sCapHeight as number) || 0.7 * latin.unitsPerEm) / latin.unitsPerEm;
}

export interface TextLine {
  text: string;
  font: FontName;
  size: number;
  /** Where the anchor is; y is the baseline. */
  x: number;
  y: number;
  anchor: Anchor;
  /** A colour, or `url(#…)` of a paint defined in the same SVG. */
  fill: string;
  letterSpacing?: number;
  opacity?: number;
}

/** The outline of a line of text as SVG path data; empty for a text that has no glyph. */
export function textOutline(line: Omit<TextLine, "fill" | "opacity">): string {
  const { text, font, size, letterSpacing = 0 } = line;
  const width = line.anchor === "start" ? 0 : walk(text, font, size, letterSpacing);
  const left = line.x - (line.anchor === "middle" ? width / 2 : width);
  let data = "";
  walk(text, font, size, letterSpacing, (piece, x) => {
    data += piece === star ? starPath(left + x, line.y, size) : pathData(piece.glyph.getPath(left + x, line.y, size));
  });
  return data;
}

/** One line of text as a `<path …/>`, or nothing when no letter of it can be drawn. */
export function textPath(line: TextLine): string {
  const data = textOutline(line);
  if (data === "") return "";
  const opacity = line.opacity === undefined ? "" : ` opacity="${line.opacity}"`;
  return `<path d="${data}" fill="${line.fill}"${opacity}/>`;
}
