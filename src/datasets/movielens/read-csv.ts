/**
 * MovieLens 20M, 25M, 32M and "latest": `movies.csv`, `ratings.csv`, `links.csv`, UTF-8 with a header row.
 * Columns are found by name. Each record is one line; a quoted field with a line break is rejected.
 */
import { parse } from "csv-parse/sync";
import { AppError, received } from "../../errors.js";
import { type ImdbId, parseImdbId } from "../../ids.js";
import { decodeUtf8, readRows } from "./lines.js";
import { parseGenres } from "./read-1m.js";
import { type RatingLayout, readRatingRows } from "./read-ratings.js";
import {
  BadField,
  expectFields,
  type LinkRow,
  type MovieRow,
  movieIdField,
  parseWholeNumber,
  type RatingRow,
  type ReadOptions,
  titleField,
} from "./rows.js";
import type { Source } from "./source.js";

/** `movieId,title,genres`. */
export function readMoviesCsv(source: Source, file: string, options: ReadOptions): AsyncGenerator<MovieRow[]> {
  const row = ([movieId, title, genres]: string[], line: number) => ({
    line,
    movieId: movieIdField(movieId),
    title: titleField(title),
    genres: parseGenres(genres),
  });
  return readRecords(source, file, ["movieId", "title", "genres"], options, row, options.checkMovie);
}

/** `movieId,imdbId,tmdbId`; either of the last two may be empty. */
export function readLinksCsv(source: Source, file: string, options: ReadOptions): AsyncGenerator<LinkRow[]> {
  const row = ([movieId, imdbId, tmdbId]: string[], line: number) => ({
    line,
    movieId: movieIdField(movieId),
    imdbId: imdbIdField(imdbId),
    tmdbId: tmdbIdField(tmdbId),
  });
  return readRecords(source, file, ["movieId", "imdbId", "tmdbId"], options, row, options.checkLink);
}

/** `userId,movieId,rating` and perhaps `timestamp`. */
export function readRatingsCsv(source: Source, file: string, options: ReadOptions): AsyncGenerator<RatingRow[]> {
  const layout = (header: Buffer) => {
    const columns = splitCsvLine(decodeUtf8(header));
    const [user, movie, rating] = findColumns(columns, ["userId", "movieId", "rating"], file);
    const found: RatingLayout = {
      separator: ",",
      separatorWidth: 1,
      columns: columns.length,
      user,
      movie,
      rating,
      timestamp: columnNames(columns).indexOf("timestamp"),
      decode: decodeUtf8,
      split: splitCsvLine,
    };
    return { layout: found, isHeader: true };
  };
  return readRatingRows(source, file, layout, options);
}

/**
 * One line's fields, unquoted.
 * @throws {BadField} where a quote is not closed on the line, or stands inside an unquoted field
 */
export function splitCsvLine(text: string): string[] {
  if (!text.includes('"')) return text.split(",");
  try {
    return (parse(text, { relax_column_count: true }) as string[][])[0] ?? [];
  } catch {
    throw new BadField("a CSV line whose quotes are closed", text);
  }
}

/** Batches of rows; `row` gets the named columns in the order of `names`. */
function readRecords<Row>(
  source: Source,
  file: string,
  names: string[],
  options: ReadOptions,
  row: (fields: string[], line: number) => Row,
  check: ((row: Row) => void) | undefined,
): AsyncGenerator<Row[]> {
  let found: number[] | undefined;
  let width = 0;
  const parse = (text: string, line: number) => {
    const fields = splitCsvLine(text);
    if (found === undefined) {
      found = findColumns(fields, names, file);
      width = fields.length;
      return undefined;
    }
    expectFields(fields, width, text);
    return row(
      found.map((column) => fields[column]!),
      line,
    );
  };
  return readRows(source, file, options, decodeUtf8, parse, check);
}

/** Normalised names of a header: lower case, without surrounding spaces. */
export function columnNames(header: readonly string[]): string[] {
  return header.map((name) => name.trim().toLowerCase());
}

/** @throws {AppError} DATA_FORMAT where the header lacks one of the names */
function findColumns(header: string[], names: string[], file: string): number[] {
  const known = columnNames(header);
  return names.map((name) => {
    const column = known.indexOf(name.toLowerCase());
    if (column >= 0) return column;
    const stands = received(header.join(","));
    throw new AppError("DATA_FORMAT", `${file} line 1: expected a header with ${names.join(", ")}, received ${stands}`);
  });
}

function imdbIdField(text: string): ImdbId | null {
  const given = text.trim().replace(/^(\d+)\.0+$/, "$1");
  if (given === "") return null;
  const id = /^(?:tt)?\d+$/.test(given) ? parseImdbId(given) : undefined;
  if (id === undefined) throw new BadField("an IMDb id, or nothing", text);
  return id;
}

const maxTmdbId = 2 ** 31 - 1;

function tmdbIdField(text: string): number | null {
  if (text.trim() === "") return null;
  const id = parseWholeNumber(text);
  if (id === undefined || id < 1 || id > maxTmdbId) {
    throw new BadField(`a TMDB id, a whole number from 1 to ${maxTmdbId}, or nothing`, text);
  }
  return id;
}
