/** Tables for people: as wide as they need to be, but never wider than the terminal that they are printed to. */
import Table from "cli-table3";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

export type Cell = string | number;

/** Text that could do with more is not made narrower than this: a word a line is no reading. */
const comfortable = 16;
/** No terminal is taken to be narrower than this. */
const leastWidth = 20;

/**
 * Where the rows are too wide, text and heads are wrapped between words, then the blanks around the cells are left out. Where
 * even that does not fit, each row becomes a table of its own with a line for each column: numbers, and names that somebody
 * may want to copy, stay whole.
 * @param numbers which columns hold numbers
 * @param width columns of the terminal; undefined where the output is no terminal, and nothing is wrapped
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
    const widths = fittingWidths(head, text, numbers, Math.max(width, leastWidth) - frame(head.length, padding));
    if (widths === undefined) continue;
    const wrapped = (row: readonly string[]) => row.map((cell, column) => wrap(cell, widths[column]));
    return draw(wrapped(head), text.map(wrapped), numbers, padding);
  }
  return drawRecords(head, text, Math.max(width, leastWidth));
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

/** What the lines between and around the columns take, and the blanks beside them. */
function frame(columns: number, padding: number): number {
  return columns * (1 + 2 * padding) + 1;
}

/** How wide the content of each column may be to fit into the room; undefined where nothing can be wrapped any further. */
function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
  room: number,
): number[] | undefined {
  const columns = head.map((name, column) => {
    const cells = rows.map((row) => row[column]);
    const width = Math.max(...[name, ...cells].map(widthOf));
    const leastOf = numbers.includes(column) ? widthOf : leastWidthOf;
    return { width, least: Math.max(longestWord(name), ...cells.map(leastOf)) };
  });
  let excess = columns.reduce((sum, { width }) => sum + width, 0) - room;
  for (; excess > 0; excess--) {
    // The widest gives way first.
    const [widest] = columns.filter(({ width, least }) => width > least).sort((a, b) => b.width - a.width);
    if (widest === undefined) return undefined;
    widest.width--;
  }
  return columns.map(({ width }) => width);
}

/** Columns of a terminal; East Asian wide characters take two. */
function widthOf(text: string): number {
  return stringWidth(text);
}

/** How narrow a cell of text may become. */
function leastWidthOf(text: string): number {
  return Math.max(longestWord(text), Math.min(widthOf(text), comfortable));
}

/** Chinese, Japanese and Thai are written without blanks between words: they may be broken anywhere. */
const unbroken = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

function longestWord(text: string): number {
  return Math.max(
    ...text.split(/\s+/).map((word) => Math.min(widthOf(word), unbroken.test(word) ? 2 : Number.POSITIVE_INFINITY)),
  );
}

function drawRecords(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const room = width - frame(2, 1);
  const names = Math.min(Math.max(...head.map(widthOf)), Math.floor(room / 2));
  return rows
    .map((row) => {
      const lines = row.map((cell, column) => [wrap(head[column], names), wrap(cell, room - names)]);
      return draw(
        [],
        lines.filter(([, cell]) => cell !== ""),
        [],
      );
    })
    .join("\n");
}

function wrap(text: string, width: number): string {
  return widthOf(text) <= width ? text : wrapAnsi(text, width, { hard: true });
}

/** Sentences, their lines broken between words where the output is a terminal. */
export function wrapText(text: string, width: number | undefined): string {
  return width === undefined ? text : wrapAnsi(text, Math.max(width, leastWidth));
}
