/** Links movies to the IMDb and TMDB ids of a newer MovieLens release. */
import { readLinkReference } from "../../datasets/linking/link.js";
import { openSource } from "../../datasets/movielens/source.js";
import { AppError } from "../../errors.js";
import type { Services } from "../../services/services.js";
import { type Progress, silent } from "../progress.js";
import { getLinkState, type LinkState } from "./link-state.js";
import { planLinks } from "./match-links.js";
import { createSkippedLines, type SkippedKind } from "./skipped-lines.js";

export interface LinkMoviesOptions {
  /** A zip or folder with links.csv and movies.csv; without one nothing is changed. */
  from?: string;
  /** Skip bad lines, up to half of a file's, instead of stopping at the first. */
  skipBad?: boolean;
}

export interface LinkMoviesReport {
  /** What is linked now. */
  state: LinkState;
  /** Links added, changed or taken away; undefined without a release to link by. */
  changed?: number;
  skippedKinds: SkippedKind[];
}

/** @throws {AppError} DATA_EMPTY without movies; as `openSource` and `readLinkReference` */
export async function linkMovies(
  { store }: Services,
  { from, skipBad = false }: LinkMoviesOptions = {},
  progress: Progress = silent,
): Promise<LinkMoviesReport> {
  if ((await store.movies.count()) === 0) {
    throw new AppError(
      "DATA_EMPTY",
      "there are no movies yet: run marquee import, or marquee setup for the embedded data set",
    );
  }
  if (from === undefined) return { state: await getLinkState(store), skippedKinds: [] };
  const source = await openSource(from);
  const skipped = createSkippedLines(progress);
  const reference = await readLinkReference(source, { skipBad, onBadLine: skipped.add }).finally(() => source.close());
  const { decide, reference: films } = planLinks(reference);
  const changed = await store.links.replaceImported(decide, films);
  return { state: await getLinkState(store), changed, skippedKinds: skipped.kinds() };
}
