/**
 * The films of the demo data set, from `films.json`: 300 well-known ones, 1920 to 2019, oldest first. Titles, release
 * years, genres and IMDb ids are real facts. The movie id is the film's 1-based position, our own numbering and not
 * MovieLens'. Append only: inserting a film renumbers every later one.
 */
import * as z from "zod";
import data from "./films.json" with { type: "json" };

/** MovieLens 1M's 18 genres in alphabetical order; which of them a film has is our own judgement. */
export const embeddedGenres = [
  "Action",
  "Adventure",
  "Animation",
  "Children's",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Fantasy",
  "Film-Noir",
  "Horror",
  "Musical",
  "Mystery",
  "Romance",
  "Sci-Fi",
  "Thriller",
  "War",
  "Western",
] as const;

export type EmbeddedGenre = (typeof embeddedGenres)[number];

export interface EmbeddedFilm {
  /** As on a poster: no article moved, no year. */
  readonly title: string;
  readonly year: number;
  /** At least one, alphabetical. */
  readonly genres: readonly EmbeddedGenre[];
  /** `tt` and at least seven digits. */
  readonly imdbId: string;
}

const filmSchema = z.strictObject({
  title: z.string().min(1),
  year: z.int(),
  genres: z.array(z.enum(embeddedGenres)).min(1),
  imdbId: z.string().regex(/^tt\d{7,}$/),
  widelySeen: z.literal(true).optional(),
});

const rows = z.array(filmSchema).parse(data);

export const embeddedFilms: readonly EmbeddedFilm[] = rows.map(({ title, year, genres, imdbId }) => ({
  title,
  year,
  genres,
  imdbId,
}));

/** Unique titles that nearly everyone has seen, in our judgement; the demo's users rate these most often. */
export const widelySeenTitles: ReadonlySet<string> = new Set(
  rows.filter(({ widelySeen }) => widelySeen).map(({ title }) => title),
);
