/** How suggestions are ranked: the sliders, and the variables of the queries that follow from them. */
export interface Tuning {
  /** 0 by taste alone, 1 by posters alone. */
  posters: number;
  /** 0 to 1: how unlike each other the posters are to be. */
  variety: number;
  /** −1 for what few have seen, 1 for what most have. */
  popularity: number;
}

export const plainTuning: Tuning = { posters: 0.5, variety: 0, popularity: 0 };

export const shownCount = 40;
const candidateCount = 60;

/** @param among the only movies to rank; undefined for all */
export function toVariables(
  { posters, variety, popularity }: Tuning,
  excluded: readonly number[],
  among?: readonly number[],
) {
  const isFiltered = excluded.length > 0 || among !== undefined;
  return {
    first: shownCount,
    candidates: candidateCount,
    weight: posters,
    diversity: variety === 0 ? null : variety,
    // Models without a ranker know no popularity bias.
    popularity: popularity === 0 ? null : popularity,
    filter: isFiltered ? { excludeMovieIds: excluded.map(String), amongMovieIds: among?.map(String) } : null,
  };
}
