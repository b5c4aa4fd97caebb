/** Breaks a text into lines and chooses its size, so that it fits its box. */
import { type FontName, textWidth } from "./lettering-glyphs.js";

export interface FitTextOptions {
  text: string;
  font: FontName;
  maxWidth: number;
  maxHeight: number;
  maxLines: number;
  maxSize: number;
  /** Below this the text is cut with an ellipsis instead. Default 8. */
  minSize?: number;
  /** Of the size. Default 1.1. */
  lineHeight?: number;
  /** In em. Default 0. */
  letterSpacing?: number;
}

export interface FittedText {
  lines: string[];
  size: number;
  /** Distance of two baselines. */
  leading: number;
  /** Width of the widest line, at most maxWidth. */
  width: number;
}

/** In UTF-16 units: the longest film titles have about 200, and cutting a word letter by letter takes its square. */
const maxLength = 400;

/** Words; a dash or an ampersand that stands alone stays on the line of the word before it. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const word of text.slice(0, maxLength).trim().split(/\s+/)) {
    if (words.length > 0 && /^[-–—&+/:]$/.test(word)) words[words.length - 1] += ` ${word}`;
    else words.push(word);
  }
  return words;
}

/** Where to break n words into `count` lines so that the widest line is as narrow as it can be. */
function balance(words: string[], count: number, measure: (text: string) => number): string[] {
  const n = words.length;
  const widths = words.map((_, from) =>
    words.map((_w, to) => (to < from ? 0 : measure(words.slice(from, to + 1).join(" ")))),
  );
  // best[k][i]: the narrowest widest line when the first i words fill k lines
  const best = Array.from({ length: count + 1 }, () => new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY));
  const cut = Array.from({ length: count + 1 }, () => new Array<number>(n + 1).fill(0));
  best[0][0] = 0;
  for (let k = 1; k <= count; k++) {
    for (let i = k; i <= n; i++) {
      for (let from = k - 1; from < i; from++) {
        const widest = Math.max(best[k - 1][from], widths[from][i - 1]);
        if (widest < best[k][i]) {
          best[k][i] = widest;
          cut[k][i] = from;
        }
      }
    }
  }
  const lines: string[] = [];
  for (let k = count, end = n; k > 0; k--) {
    lines.unshift(words.slice(cut[k][end], end).join(" "));
    end = cut[k][end];
  }
  return lines;
}

/**
 * Wraps a text into at most `maxLines` lines at the largest size that fits the box.
 * What does not fit at `minSize` is cut, with an ellipsis; so is a word that is wider than the box at `minSize`.
 * @throws {RangeError} if the box, the sizes or maxLines are not positive
 */
export function fitText(options: FitTextOptions): FittedText {
  const { font, maxWidth, maxHeight, maxLines, maxSize, minSize = 8, lineHeight = 1.1, letterSpacing = 0 } = options;
  if (!(maxWidth > 0 && maxHeight > 0 && maxLines >= 1 && maxSize > 0 && minSize > 0)) {
    throw new RangeError(
      `expected a box, sizes and maxLines above 0, received ${maxWidth} × ${maxHeight}, ${maxLines}`,
    );
  }
  const widths = new Map<string, number>();
  const measure = (text: string): number => {
    const known = widths.get(text);
    if (known !== undefined) return known;
    const width = textWidth(text, font, 1, letterSpacing);
    widths.set(text, width);
    return width;
  };
  const all = splitWords(options.text);
  // 40 words of a poster's title are more than any box holds: the cost of balancing stays small.
  let words = all.slice(0, 40);
  let shortened = all.length > words.length;
  for (;;) {
    const shown = shortened ? [...words.slice(0, -1), `${words.at(-1)?.replace(/[\s,;:.…-]+$/, "")}…`] : words;
    let fitted: FittedText | undefined;
    for (let count = 1; count <= Math.min(maxLines, shown.length); count++) {
      const lines = balance(shown, count, measure);
      const widest = Math.max(...lines.map(measure));
      const size = Math.min(maxSize, widest > 0 ? maxWidth / widest : maxSize, maxHeight / (count * lineHeight));
      if (!fitted || size > fitted.size * 1.001)
        fitted = { lines, size, leading: size * lineHeight, width: widest * size };
    }
    const last = words.at(-1) ?? "";
    if (!fitted || fitted.size >= Math.min(minSize, maxSize) || (words.length === 1 && last.length <= 1)) {
      return fitted ?? { lines: [], size: maxSize, leading: maxSize * lineHeight, width: 0 };
    }
    // Too small to read: drop the last word, or a letter of the only one that is left.
    words = words.length > 1 ? words.slice(0, -1) : [[...last].slice(0, -1).join("")];
    shortened = true;
  }
}
