/** Draws tables that are no wider than the terminal they are printed to. */
import Table from "cli-table3";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

export type Cell = string | number;

/** Longer text is not wrapped narrower than this: one word per line is hard to read. */
const minTextWidth = 16;
/** Narrower terminals are treated as this wide. */
const minTableWidth = 20;

/**
 * Fits a table to the width: text and headings are wrapped between words, then the padding of the cells is dropped. If that
 * is not enough, each row becomes a table of its own with a line for each column. Numbers are never broken, nor are names,
 * so that they can be copied.
 * @param numbers which columns hold numbers
 * @param width columns of the terminal; undefined if the output is not a terminal: then nothing is wrapped
 */
export function drawTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  numbers: readonly number[],
  width: number | undefined,
): string {
  const text = rows.map((row) => row.map(String));
  if (width === undefined) return draw(head, text, numbers);
  for (const padding of [1, 0]) {
    const widths = fittingWidths(
      head,
      text,
      numbers,
      Math.max(width, minTableWidth) - frameWidth(head.length, padding),
    );
    if (widths === undefined) continue;
    const wrapped = (row: readonly string[]) => row.map((cell, column) => wrap(cell, widths[column]));
    return draw(wrapped(head), text.map(wrapped), numbers, padding);
  }
  return drawRecords(head, text, Math.max(width, minTableWidth));
}

function draw(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
  padding = 1,
): string {
  const columns = Math.max(head.length, ...rows.map((row) => row.length));
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, "padding-left": padding, "padding-right": padding },
    colAligns: Array.from({ length: columns }, (_, column) => (numbers.includes(column) ? "right" : "left")),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Width of the lines between and around the columns, and of the padding. */
function frameWidth(columns: number, padding: number): number {
  return columns * (1 + 2 * padding) + 1;
}

/** Widths of the columns' content that fit the available width; undefined if nothing can be wrapped any further. */
function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
  available: number,
): number[] | undefined {
  const columns = head.map((name, column) => {
    const cells = rows.map((row) => row[column]);
    const width = Math.max(...[name, ...cells].map(displayWidth));
    const toMinWidth = numbers.includes(column) ? displayWidth : minCellWidth;
    return { width, min: Math.max(longestWord(name), ...cells.map(toMinWidth)) };
  });
  let excess = columns.reduce((sum, { width }) => sum + width, 0) - available;
  for (; excess > 0; excess--) {
    // The widest column shrinks first.
    const [widest] = columns.filter(({ width, min }) => width > min).sort((a, b) => b.width - a.width);
    if (widest === undefined) return undefined;
    widest.width--;
  }
  return columns.map(({ width }) => width);
}

/** Terminal columns that a text takes: East Asian wide characters take two. */
function displayWidth(text: string): number {
  return stringWidth(text);
}

/** Width below which a text cell is not wrapped. */
function minCellWidth(text: string): number {
  return Math.max(longestWord(text), Math.min(displayWidth(text), minTextWidth));
}

/** Chinese, Japanese and Thai are written without spaces between words, so they may be broken anywhere. */
const unbroken = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

function longestWord(text: string): number {
  return Math.max(
    ...text
      .split(/\s+/)
      .map((word) => Math.min(displayWidth(word), unbroken.test(word) ? 2 : Number.POSITIVE_INFINITY)),
  );
}

function drawRecords(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const available = width - frameWidth(2, 1);
  const names = Math.min(Math.max(...head.map(displayWidth)), Math.floor(available / 2));
  return rows
    .map((row) => {
      const lines = row.map((cell, column) => [wrap(head[column], names), wrap(cell, available - names)]);
      return draw(
        [],
        lines.filter(([, cell]) => cell !== ""),
        [],
      );
    })
    .join("\n");
}

function wrap(text: string, width: number): string {
  return displayWidth(text) <= width ? text : wrapAnsi(text, width, { hard: true });
}

/** Wraps sentences between words; a width of undefined leaves them as they are. */
export function wrapText(text: string, width: number | undefined): string {
  return width === undefined ? text : wrapAnsi(text, Math.max(width, minTableWidth));
}
