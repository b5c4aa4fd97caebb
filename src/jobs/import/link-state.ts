/** How many movies are linked to IMDb, and which links need a second look. */
import type { ImdbId, MovieId } from "../../ids.js";
import type { Store } from "../../store/store.js";
import type { UnlinkedMovie } from "./match-links.js";

export interface LinkState {
  movies: number;
  /** Movies with an IMDb id. */
  linked: number;
  /** Movies without one for a known reason. */
  unlinkable: number;
  /** Links by an import that are less than certain, the least certain first. */
  uncertain: { movieId: MovieId; title: string; imdbId: ImdbId; confidence: number; evidence: string }[];
  /** Every movie without an IMDb id, and why. */
  unlinked: UnlinkedMovie[];
}

const notTried = "no release to link by was read yet: marquee link --from <source>";
const byHand = "removed by hand";

export async function getLinkState({ movies }: Pick<Store, "movies">): Promise<LinkState> {
  const rows = await movies.all();
  rows.sort((a, b) => (a.linkConfidence ?? -1) - (b.linkConfidence ?? -1) || a.id - b.id);
  const state: LinkState = { movies: rows.length, linked: 0, unlinkable: 0, uncertain: [], unlinked: [] };
  for (const { id, title, imdbId, linkSource, linkConfidence: confidence, linkEvidence: evidence } of rows) {
    if (imdbId === null) {
      if (linkSource !== null) state.unlinkable++;
      const reason = evidence ?? (linkSource === "manual" ? byHand : notTried);
      state.unlinked.push({ movieId: id, title, reason });
      continue;
    }
    state.linked++;
    if (linkSource === "import" && confidence !== null && confidence < 1) {
      state.uncertain.push({ movieId: id, title, imdbId, confidence, evidence: evidence ?? "" });
    }
  }
  return state;
}
