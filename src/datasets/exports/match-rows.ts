/** Finds the catalogue's movies that an export is about: by id, else by title and year, compared as links are. */
import { createYield } from "../../event-loop.js";
import type { ImdbId, MovieId } from "../../ids.js";
import { rankLinkCandidates } from "../linking/candidates.js";
import { comparableTitles, titleParts } from "../movielens/titles.js";
import type { ExportRow } from "./export-row.js";

/** A movie of the catalogue. */
export interface KnownMovie {
  id: MovieId;
  /** As the data set has it, with its year. */
  title: string;
  displayTitle: string;
  year: number | null;
  imdbId: ImdbId | null;
  tmdbId: number | null;
}

export interface FilmIndex {
  byImdbId: ReadonlyMap<ImdbId, KnownMovie>;
  byTmdbId: ReadonlyMap<number, KnownMovie>;
  /** Only where the catalogue's numbers are MovieLens'. */
  byMovieId: ReadonlyMap<number, KnownMovie>;
  byName: ReadonlyMap<string, KnownMovie[]>;
}

export type RowMatch =
  | {
      movie: KnownMovie;
      /** In 0..1. */
      confidence: number;
      evidence: string;
    }
  | { movie: null; reason: string };

/** @param hasMovieLensIds false for a catalogue whose numbers are its own */
export async function indexFilms(movies: readonly KnownMovie[], hasMovieLensIds: boolean): Promise<FilmIndex> {
  const byName = new Map<string, KnownMovie[]>();
  const pause = createYield();
  for (const movie of movies) {
    await pause();
    for (const name of comparableTitles(movie.title)) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [movie]);
      else known.push(movie);
    }
  }
  return {
    byImdbId: new Map(movies.flatMap((movie) => (movie.imdbId === null ? [] : [[movie.imdbId, movie]]))),
    byTmdbId: new Map(movies.flatMap((movie) => (movie.tmdbId === null ? [] : [[movie.tmdbId, movie]]))),
    byMovieId: new Map(hasMovieLensIds ? movies.map((movie) => [movie.id as number, movie]) : []),
    byName,
  };
}

/** Below this a film is more likely another one. */
const minConfidence = 0.5;

export function matchRow(row: ExportRow, index: FilmIndex): RowMatch {
  if (row.otherKind !== null) return { movie: null, reason: `not a film: ${row.otherKind}` };
  const byId = matchId(row, index);
  if (byId !== undefined) return byId;
  if (row.title === "") return { movie: null, reason: "no movie here has this id, and there is no title to search by" };
  return matchTitle(row, index);
}

function matchId({ imdbId, tmdbId, movieId }: ExportRow, index: FilmIndex): RowMatch | undefined {
  const found: [KnownMovie | undefined, string][] = [
    [imdbId === null ? undefined : index.byImdbId.get(imdbId), "same IMDb id"],
    [tmdbId === null ? undefined : index.byTmdbId.get(tmdbId), "same TMDB id"],
    [movieId === null ? undefined : index.byMovieId.get(movieId), "same MovieLens number"],
  ];
  for (const [movie, evidence] of found) if (movie !== undefined) return { movie, confidence: 1, evidence };
  return undefined;
}

function matchTitle({ title, year: statedYear }: ExportRow, { byName }: FilmIndex): RowMatch {
  const year = statedYear ?? titleParts(title).year;
  const candidates = new Set(comparableTitles(title).flatMap((name) => byName.get(name) ?? []));
  const [best, second] = rankLinkCandidates({ title, year }, [...candidates]);
  if (best === undefined) return { movie: null, reason: "no movie here has this title" };
  if (second !== undefined && second.confidence === best.confidence) {
    const films = [best, second].map(({ displayTitle, year: its }) => `${displayTitle} (${its ?? "no year"})`);
    return { movie: null, reason: `several movies have this title: ${films.join(", ")}` };
  }
  const { confidence, evidence, ...movie } = best;
  if (confidence < minConfidence) {
    return { movie: null, reason: `${movie.displayTitle} (${movie.year ?? "no year"}) is too unlike: ${evidence}` };
  }
  // A film of the same name many years away is a remake more often than a wrong year.
  if (year !== null && movie.year !== null && Math.abs(year - movie.year) > maxYearsApart) {
    return { movie: null, reason: `here it is of ${movie.year}: ${evidence}` };
  }
  return { movie, confidence, evidence };
}

const maxYearsApart = 2;
