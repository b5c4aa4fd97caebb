/**
 * Reads ratings in all three layouts. The file is large (25 million lines) and nearly every line is a few plain numbers,
 * which are parsed straight from the bytes; any other line takes the slow path, which splits it as text and either finds
 * a row or reports what is wrong.
 */
import type { MovieId, UserId } from "../../ids.js";
import { lineBytes, lineEnd, readBlocks } from "./lines.js";
import {
  BadLines,
  expectFields,
  isHalfStar,
  isIdInRange,
  latestTime,
  movieIdField,
  type RatingRow,
  type ReadOptions,
  ratingField,
  timestampField,
  userIdField,
} from "./rows.js";
import type { Source } from "./source.js";

export interface RatingLayout {
  /** One character, repeated `separatorWidth` times between two fields. */
  separator: string;
  separatorWidth: number;
  columns: number;
  /** Column indices; timestamp is −1 where there is none. */
  user: number;
  movie: number;
  rating: number;
  timestamp: number;
  decode(bytes: Buffer): string;
  split(text: string): string[];
}

/**
 * Batches of ratings, about 4,000 a batch.
 * @param layout the layout, or a function that derives it from the first line and tells whether that is a header
 * @throws {AppError} DATA_BAD_LINE unless `skipBad`; DATA_FORMAT
 */
export async function* readRatingRows(
  source: Source,
  file: string,
  layout: RatingLayout | ((first: Buffer) => { layout: RatingLayout; isHeader: boolean }),
  options: ReadOptions,
): AsyncGenerator<RatingRow[]> {
  const badLines = new BadLines(file, options);
  const latest = latestTime(options);
  let known = typeof layout === "function" ? undefined : layout;
  let line = 0;
  let full = 0;
  for await (const block of readBlocks(source, file, options)) {
    let start = 0;
    if (known === undefined) {
      const end = lineEnd(block, 0);
      const first = (layout as Exclude<typeof layout, RatingLayout>)(lineBytes(block, 0, end));
      known = first.layout;
      if (first.isHeader) {
        start = end + 1;
        line = 1;
      }
    }
    const rows: RatingRow[] = [];
    let bad = 0;
    line = parseBlock(block, start, known, latest, rows, line, options.checkRating, (error, badLine) => {
      badLines.report(error, badLine);
      bad++;
    });
    full += rows.length + bad;
    badLines.check(full, false);
    if (rows.length > 0) yield rows;
  }
  badLines.check(full, true);
}

/** Appends the block's rows to `rows`; returns the number of the last line read. */
function parseBlock(
  block: Buffer,
  from: number,
  layout: RatingLayout,
  latest: number,
  rows: RatingRow[],
  lineBefore: number,
  check: ReadOptions["checkRating"],
  onBad: (error: unknown, line: number) => void,
): number {
  const { user, movie, rating, timestamp } = layout;
  const numbers = new Float64Array(layout.columns);
  let line = lineBefore;
  let start = from;
  while (start < block.length) {
    line++;
    const next = readNumbers(block, start, layout, numbers);
    if (next > 0) {
      const stars = numbers[rating];
      const seconds = timestamp < 0 ? 0 : numbers[timestamp];
      if (
        isIdInRange(numbers[user]) &&
        isIdInRange(numbers[movie]) &&
        isHalfStar(stars) &&
        seconds <= latest &&
        Number.isInteger(seconds)
      ) {
        const row: RatingRow = {
          userId: numbers[user] as UserId,
          movieId: numbers[movie] as MovieId,
          rating: stars,
          ratedAt: seconds === 0 ? null : seconds,
        };
        if (check === undefined) {
          rows.push(row);
          start = next;
          continue;
        }
        try {
          check(row);
          rows.push(row);
        } catch (error) {
          onBad(error, line);
        }
        start = next;
        continue;
      }
    }
    const end = lineEnd(block, start);
    const bytes = lineBytes(block, start, end);
    start = end + 1;
    if (bytes.length === 0) continue;
    try {
      const row = parseText(layout.decode(bytes), layout, latest);
      check?.(row);
      rows.push(row);
    } catch (error) {
      onBad(error, line);
    }
  }
  return line;
}

/**
 * The fast path: a subset of the grammar of `parseText`, with the same values (a test compares the two on generated lines).
 * Plain numbers of one line, such as `1::1193::5::978300760`, at most one decimal each.
 * @param out one number per column
 * @returns the offset of the next line, or −1 where the line holds anything else
 */
function readNumbers(block: Buffer, start: number, layout: RatingLayout, out: Float64Array): number {
  const separator = layout.separator.charCodeAt(0);
  const { columns, separatorWidth } = layout;
  let offset = start;
  for (let column = 0; column < columns; column++) {
    if (column > 0) {
      for (let i = 0; i < separatorWidth; i++) if (block[offset++] !== separator) return -1;
    }
    const first = offset;
    let value = 0;
    let digit = block[offset] - 48;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = block[++offset] - 48;
    }
    if (offset === first || offset - first > 11) return -1;
    if (block[offset] === 46 /* . */) {
      const tenths = block[offset + 1] - 48;
      if (!(tenths >= 0 && tenths <= 9)) return -1;
      value += tenths / 10;
      offset += 2;
    }
    out[column] = value;
  }
  if (block[offset] === 13) offset++;
  if (offset >= block.length) return block.length;
  return block[offset] === 10 ? offset + 1 : -1;
}

/** @throws {BadField} */
export function parseText(text: string, layout: RatingLayout, latest: number): RatingRow {
  const fields = layout.split(text);
  expectFields(fields, layout.columns, text);
  return {
    userId: userIdField(fields[layout.user]!),
    movieId: movieIdField(fields[layout.movie]!),
    rating: ratingField(fields[layout.rating]!),
    ratedAt: layout.timestamp < 0 ? null : timestampField(fields[layout.timestamp]!, latest),
  };
}
