/** Labels of users (gender, age group, occupation) and movies (genres, five-year bin of release) as rows of a model's tables. */
import { splitGenres } from "../../genres.js";
import type { MovieFeatures, UserFeatures } from "../model/predictor.js";

/** As kept in a manifest. User labels are numbered in the order gender, age group, occupation; movie labels genre, years. */
export interface LabelLists {
  genders: string[];
  ageGroups: number[];
  occupations: string[];
  /** Single genres. */
  genres: string[];
  /** Five-year bins, from the one of year `first` on. */
  years: { first: number; bins: number };
}

/** Rows of labels, and how much each weighs. */
export interface WeighedLabels {
  rows: number[];
  weights: number[];
}

const binYears = 5;

/** Every label that occurs, sorted. */
export function createLabelLists(users: readonly UserFeatures[], movies: readonly MovieFeatures[]): LabelLists {
  const distinct = <T extends string | number>(values: Iterable<T | null | undefined>) =>
    [...new Set([...values].filter((value): value is T => value != null))].sort((a, b) => (a < b ? -1 : 1));
  const bins = distinct(movies.map(({ year }) => (year == null ? null : Math.floor(year / binYears))));
  const first = bins[0] ?? 0;
  return {
    genders: distinct(users.map(({ gender }) => gender)),
    ageGroups: distinct(users.map(({ ageGroup }) => ageGroup)),
    occupations: distinct(users.map(({ occupation }) => occupation)),
    genres: distinct(movies.flatMap(({ genres }) => splitGenres(genres))),
    years: { first: first * binYears, bins: bins.length === 0 ? 0 : bins[bins.length - 1] - first + 1 },
  };
}

/** Functions that give the rows of labels; what a list lacks has none. */
export function createLabelRows(lists: LabelLists) {
  const toIndexMap = <T>(values: readonly T[]) => new Map(values.map((value, row) => [value, row]));
  const genders = toIndexMap(lists.genders);
  const ages = toIndexMap(lists.ageGroups);
  const occupations = toIndexMap(lists.occupations);
  const genres = toIndexMap(lists.genres);
  const { years } = lists;

  const groups = {
    gender: ({ gender }: UserFeatures) => row(gender === null ? undefined : genders.get(gender)),
    ageGroup: ({ ageGroup }: UserFeatures) => row(ageGroup === null ? undefined : ages.get(ageGroup)),
    occupation: ({ occupation }: UserFeatures) => row(occupation === null ? undefined : occupations.get(occupation)),
    genre: (movie: MovieFeatures) =>
      splitGenres(movie.genres)
        .map((genre) => genres.get(genre))
        .filter((index) => index !== undefined),
    year: ({ year }: MovieFeatures) => {
      const bin = year == null ? -1 : Math.floor(year / binYears) - years.first / binYears;
      return bin >= 0 && bin < years.bins ? [bin] : [];
    },
  };
  return {
    groups,
    /** Rows of a user's labels in the table of all user labels; each weighs 1. */
    getUserLabels(user: UserFeatures): number[] {
      const age = lists.genders.length;
      const occupation = age + lists.ageGroups.length;
      return [
        ...groups.gender(user),
        ...groups.ageGroup(user).map((index) => age + index),
        ...groups.occupation(user).map((index) => occupation + index),
      ];
    },
    /** Rows of a movie's labels in the table of all movie labels; its genres weigh 1/√(how many) each. */
    getMovieLabels(movie: MovieFeatures): WeighedLabels {
      const own = groups.genre(movie);
      const year = groups.year(movie).map((bin) => lists.genres.length + bin);
      return {
        rows: [...own, ...year],
        weights: [...own.map(() => 1 / Math.sqrt(own.length)), ...year.map(() => 1)],
      };
    },
  };
}

function row(index: number | undefined): number[] {
  return index === undefined ? [] : [index];
}
