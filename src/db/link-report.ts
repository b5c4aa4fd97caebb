/** Report on how many movies are linked to IMDb, and which links need a second look. */
import { asc, sql } from "drizzle-orm";
import type { ImdbId, MovieId } from "../ids.js";
import type { Database } from "./open.js";
import { movies } from "./tables.js";

export interface LinkState {
  movies: number;
  /** Movies with an IMDb id. */
  linked: number;
  /** Movies for which a reason stands why they have none. */
  unlinkable: number;
  /** Links by an import that are less than certain, the least certain first. */
  uncertain: { movieId: MovieId; title: string; imdbId: ImdbId; confidence: number; evidence: string }[];
  /** Every movie without an IMDb id, and why. */
  unlinked: { movieId: MovieId; title: string; reason: string }[];
}

const notTried = "no release to link by was read yet: marquee link --from <source>";
const byHand = "taken away by hand";

export function linkState(db: Database): LinkState {
  const rows = db.orm
    .select({
      movieId: movies.id,
      title: movies.title,
      imdbId: movies.imdbId,
      source: movies.linkSource,
      confidence: movies.linkConfidence,
      evidence: movies.linkEvidence,
    })
    .from(movies)
    .orderBy(sql`${movies.linkConfidence}`, asc(movies.id))
    .all();
  const state: LinkState = { movies: rows.length, linked: 0, unlinkable: 0, uncertain: [], unlinked: [] };
  for (const { movieId, title, imdbId, source, confidence, evidence } of rows) {
    if (imdbId === null) {
      if (source !== null) state.unlinkable++;
      const reason = evidence ?? (source === "manual" ? byHand : notTried);
      state.unlinked.push({ movieId, title, reason });
      continue;
    }
    state.linked++;
    if (source === "import" && confidence !== null && confidence < 1) {
      state.uncertain.push({ movieId, title, imdbId, confidence, evidence: evidence ?? "" });
    }
  }
  return state;
}
