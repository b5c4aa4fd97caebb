/** What an import of ratings would do: each row with its movie and stars, or the reason why it is left out. */
import { AppError } from "../../errors.js";
import { createYield } from "../../event-loop.js";
import type { MovieId } from "../../ids.js";
import type { Export, ExportRow, Service } from "./export-row.js";
import { type FilmIndex, type KnownMovie, matchRow } from "./match-rows.js";
import { type FoundScale, findScale, type RatingScale, readStars } from "./scales.js";

export interface MatchedRow {
  line: number;
  /** As the file has it. */
  title: string;
  year: number | null;
  movie: KnownMovie;
  /** Stars, 0.5 to 5. */
  stars: number;
  ratedAt: number | null;
  /** In 0..1. */
  confidence: number;
  evidence: string;
}

export interface UnmatchedRow {
  line: number;
  title: string;
  year: number | null;
  reason: string;
}

export interface ImportPlan extends FoundScale {
  service: Service;
  rowCount: number;
  /** One for each movie. */
  matched: MatchedRow[];
  unmatched: UnmatchedRow[];
}

/** @param scale of the ratings; by default the most plausible one */
export async function planImport(
  { service, rows }: Export,
  index: FilmIndex,
  scale?: RatingScale,
): Promise<ImportPlan> {
  const found = findScale(
    service,
    rows.map(({ rating }) => rating),
  );
  const used = scale ?? found.scale;
  const byMovie = new Map<number, MatchedRow>();
  const unmatched: UnmatchedRow[] = [];
  const leaveOut = ({ line, title, year }: Pick<ExportRow, "line" | "title" | "year">, reason: string) =>
    unmatched.push({ line, title, year, reason });
  const pause = createYield();
  for (const row of rows) {
    await pause();
    const stars = readStars(row.rating, used);
    const match = matchRow(row, index);
    if (match.movie === null) leaveOut(row, match.reason);
    else if (stars === undefined)
      leaveOut(row, row.rating === "" ? "no rating" : `no rating on this scale: ${row.rating.slice(0, 20)}`);
    else {
      const { line, title, year, ratedAt } = row;
      const matched = { line, title, year, ratedAt, stars, ...match };
      const before = byMovie.get(match.movie.id);
      const [later, earlier] = before !== undefined && isLater(before, matched) ? [before, matched] : [matched, before];
      byMovie.set(match.movie.id, later);
      if (earlier !== undefined) leaveOut(earlier, `rated again at ${later.line}, which counts`);
    }
  }
  return {
    service,
    scale: used,
    possible: scale === undefined ? found.possible : [scale],
    rowCount: rows.length,
    matched: [...byMovie.values()].sort((a, b) => a.line - b.line),
    unmatched: unmatched.sort((a, b) => a.line - b.line),
  };
}

/** The ratings to set. @throws {AppError} SCALE_AMBIGUOUS where they may be on several scales */
export function toRatings({
  matched,
  possible,
}: ImportPlan): { movieId: MovieId; stars: number; ratedAt: number | null }[] {
  if (possible.length > 1) {
    throw new AppError("SCALE_AMBIGUOUS", `expected the scale of these ratings, which may be ${possible.join(" or ")}`);
  }
  return matched.map(({ movie, stars, ratedAt }) => ({ movieId: movie.id, stars, ratedAt }));
}

/** Whether a row counts instead of one that stands below it. */
function isLater(one: MatchedRow, below: MatchedRow): boolean {
  return one.ratedAt !== null && below.ratedAt !== null && one.ratedAt > below.ratedAt;
}
