/** MovieLens 100K: `u.data` (tabs), `u.item` and `u.user` (pipes), genre flags named by `u.genre`. */
import { type AgeGroup, ageGroups } from "./demographics.js";
import { decodeEither, readRows, readToEnd } from "./lines.js";
import { type RatingLayout, readRatingRows } from "./read-ratings.js";
import {
  BadField,
  expectFields,
  genderField,
  type MovieRow,
  movieIdField,
  type RatingRow,
  type ReadOptions,
  titleField,
  type UserRow,
  userIdField,
} from "./rows.js";
import type { Source } from "./source.js";

/** The 19 genre flags of `u.item`, for copies without `u.genre`. */
const defaultGenres =
  "unknown Action Adventure Animation Children's Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical Mystery Romance Sci-Fi Thriller War Western".split(
    " ",
  );

/** Columns of `u.item` before the flags: id, title, release date, video release date, address. */
const columnsBeforeFlags = 5;

const ratingLayout: RatingLayout = {
  separator: "\t",
  separatorWidth: 1,
  columns: 4,
  user: 0,
  movie: 1,
  rating: 2,
  timestamp: 3,
  decode: decodeEither,
  split: (text) => text.split("\t"),
};

/** `movieId|title|released|video|address|flag…`; the genre "unknown" counts as none. */
export async function* readMovies100k(
  source: Source,
  file: string,
  genreFile: string | undefined,
  options: ReadOptions,
): AsyncGenerator<MovieRow[]> {
  const genres = genreFile === undefined ? defaultGenres : await readGenres(source, genreFile, options);
  const parse = (text: string, line: number) => {
    const fields = text.split("|");
    if (isHeader(fields, line)) return undefined;
    expectFields(fields, columnsBeforeFlags + genres.length, text);
    return {
      line,
      movieId: movieIdField(fields[0]!),
      title: titleField(fields[1]!),
      genres: genres.filter((genre, i) => flagField(fields[columnsBeforeFlags + i]!) && genre !== "unknown"),
    };
  };
  yield* readRows(source, file, options, decodeEither, parse, options.checkMovie);
}

/** `userId|age|gender|occupation|zip`, age in years. */
export function readUsers100k(source: Source, file: string, options: ReadOptions): AsyncGenerator<UserRow[]> {
  const parse = (text: string, line: number) => {
    const fields = text.split("|");
    if (isHeader(fields, line)) return undefined;
    expectFields(fields, 5, text);
    return {
      line,
      userId: userIdField(fields[0]!),
      gender: genderField(fields[2]!),
      ageGroup: ageField(fields[1]!),
      occupation: fields[3]!.trim() || null,
      zipCode: fields[4]!.trim() || null,
    };
  };
  return readRows(source, file, options, decodeEither, parse, options.checkUser);
}

/** `userId⇥movieId⇥rating⇥timestamp`, and further columns where a header names them. */
export function readRatings100k(source: Source, file: string, options: ReadOptions): AsyncGenerator<RatingRow[]> {
  const layout = (first: Buffer) => {
    const fields = decodeEither(first).split("\t");
    const headed = isHeader(fields, 1) && fields.length >= ratingLayout.columns;
    return { layout: headed ? { ...ratingLayout, columns: fields.length } : ratingLayout, isHeader: headed };
  };
  return readRatingRows(source, file, layout, options);
}

/** Whether a first line names columns: GroupLens' own files have none, copies of them do. */
function isHeader(fields: readonly string[], line: number): boolean {
  return line === 1 && fields.length > 1 && /^\s*[a-z_]/i.test(fields[0]);
}

/** Genre names in the order of their flags, from lines such as `Action|1`. */
async function readGenres(source: Source, file: string, options: ReadOptions): Promise<string[]> {
  const genres: string[] = [];
  const strict = { ...options, skipBad: false };
  const rows = readRows(source, file, strict, decodeEither, (text) => {
    const [name, index] = text.split("|");
    if (!name || index !== String(genres.length)) throw new BadField(`a genre's name, | and ${genres.length}`, text);
    genres.push(name);
    return undefined;
  });
  // Every row lands in `genres`.
  await readToEnd(rows);
  return genres;
}

function flagField(text: string): boolean {
  if (text !== "0" && text !== "1") throw new BadField("a genre flag, 0 or 1", text);
  return text === "1";
}

/** The group that an age in years falls into. */
function ageField(text: string): AgeGroup {
  const age = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  const group = ageGroups.findLast((lowest) => lowest <= age);
  if (group === undefined) throw new BadField("an age in years", text);
  return group;
}
