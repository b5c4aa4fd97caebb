/** MovieLens 1M and 10M: `movies.dat`, `ratings.dat` and (1M only) `users.dat`, fields between `::`, no header. */
import { splitGenres } from "../../genres.js";
import { type AgeGroup, ageGroups, occupations } from "./demographics.js";
import { decodeEither, readRows } from "./lines.js";
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

const ratingLayout: RatingLayout = {
  separator: ":",
  separatorWidth: 2,
  columns: 4,
  user: 0,
  movie: 1,
  rating: 2,
  timestamp: 3,
  decode: decodeEither,
  split: (text) => text.split("::"),
};

/** `movieId::title::genre|genre`. */
export function readMovies1m(source: Source, file: string, options: ReadOptions): AsyncGenerator<MovieRow[]> {
  const parse = (text: string, line: number) => {
    const fields = text.split("::");
    expectFields(fields, 3, text);
    return { line, movieId: movieIdField(fields[0]!), title: titleField(fields[1]!), genres: parseGenres(fields[2]!) };
  };
  return readRows(source, file, options, decodeEither, parse, options.checkMovie);
}

/** `userId::gender::age::occupation::zip`, age and occupation as codes. */
export function readUsers1m(source: Source, file: string, options: ReadOptions): AsyncGenerator<UserRow[]> {
  const parse = (text: string, line: number) => {
    const fields = text.split("::");
    expectFields(fields, 5, text);
    return {
      line,
      userId: userIdField(fields[0]!),
      gender: genderField(fields[1]!),
      ageGroup: ageGroupField(fields[2]!),
      occupation: occupationField(fields[3]!),
      zipCode: fields[4]!.trim() || null,
    };
  };
  return readRows(source, file, options, decodeEither, parse, options.checkUser);
}

/** `userId::movieId::rating::timestamp`. */
export function readRatings1m(source: Source, file: string, options: ReadOptions): AsyncGenerator<RatingRow[]> {
  return readRatingRows(source, file, ratingLayout, options);
}

/** Genres between `|`, as 1M, 10M and the CSV releases write them. */
export function parseGenres(text: string): string[] {
  return splitGenres(text).filter((genre) => genre !== "" && genre !== "(no genres listed)");
}

function ageGroupField(text: string): AgeGroup {
  const group = ageGroups.find((code) => String(code) === text);
  if (group === undefined) throw new BadField(`an age code, one of ${ageGroups.join(", ")}`, text);
  return group;
}

function occupationField(text: string): string {
  const label = /^\d{1,2}$/.test(text) ? occupations[Number(text)] : undefined;
  if (label === undefined) throw new BadField("an occupation code from 0 to 20", text);
  return label;
}
