/** The movie catalogue in memory, in the form that models and rankings use. */
import { AppError } from "../errors.js";
import { foldText } from "../fold-text.js";
import { splitGenres } from "../genres.js";
import type { MovieId } from "../ids.js";
import type { MovieFeatures } from "../ml/model/predictor.js";
import type { Dataset } from "../store/settings.js";
import type { Store } from "../store/store.js";

export interface Catalogue {
  dataset: Dataset;
  /** In the data set's own order; never changed: a changed catalogue is another object. */
  movies: readonly (MovieFeatures & { displayTitle: string })[];
  /** Each movie's genres, folded as filters compare them. */
  genres: readonly (readonly string[])[];
  /** How the catalogue spells each genre, by its folded name. */
  genreSpellings: ReadonlyMap<string, string>;
  /** Index in `movies` by id. */
  positionOf: ReadonlyMap<MovieId, number>;
  /** 0, 1, 2, … as long as `movies`: the pairs of one user with every movie. */
  everyPosition: Int32Array;
}

/** The catalogue of the loaded data set. @throws {AppError} DATA_EMPTY without one */
export type Catalogues = (dataset: Dataset | undefined) => Promise<Catalogue>;

/** Keeps the latest catalogue: it is read again only after its movies changed. */
export function createCatalogues(store: Pick<Store, "movies">): Catalogues {
  let kept: { version: string; catalogue: Promise<Catalogue> } | undefined;
  return async (dataset) => {
    if (dataset === undefined) {
      throw new AppError("DATA_EMPTY", "there is no data set yet: run marquee import, or marquee setup");
    }
    const version = JSON.stringify(dataset);
    if (kept?.version === version) return kept.catalogue;
    const reading = { version, catalogue: readCatalogue(store, dataset) };
    kept = reading;
    reading.catalogue.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.catalogue;
  };
}

async function readCatalogue(store: Pick<Store, "movies">, dataset: Dataset): Promise<Catalogue> {
  const rows = await store.movies.all();
  const movies = rows.map(({ id, genres, year, displayTitle }) => ({ id, genres, year, displayTitle }));
  // A catalogue has some twenty genres, whatever the number of its movies: each is folded once.
  const foldedNames = new Map<string, string>();
  const fold = (name: string): string => {
    const known = foldedNames.get(name) ?? foldText(name);
    foldedNames.set(name, known);
    return known;
  };
  return {
    dataset,
    movies,
    genres: movies.map(({ genres }) => splitGenres(genres).map(fold)),
    genreSpellings: new Map(Array.from(foldedNames, ([name, folded]) => [folded, name])),
    positionOf: new Map(movies.map((movie, position) => [movie.id, position])),
    everyPosition: Int32Array.from(movies, (_, position) => position),
  };
}
