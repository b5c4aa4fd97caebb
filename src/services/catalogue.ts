/** The movie catalogue in memory, in the form that models and rankings use. */
import { allMovies } from "../db/movies.js";
import type { Database } from "../db/open.js";
import { currentDataset, type Dataset } from "../db/settings.js";
import { AppError } from "../errors.js";
import { foldText } from "../fold-text.js";
import { splitGenres } from "../genres.js";
import type { MovieId } from "../ids.js";
import type { MovieFeatures } from "../ml/model/predictor.js";

export interface Catalogue {
  dataset: Dataset;
  /** In the data set's own order; never changed: a new catalogue takes its place. */
  movies: readonly (MovieFeatures & { displayTitle: string })[];
  /** Each movie's genres, folded as filters compare them. */
  genres: readonly (readonly string[])[];
  /** How the catalogue spells each genre, by its folded name. */
  genreSpellings: ReadonlyMap<string, string>;
  /** A movie's place in `movies`. */
  positionOf: ReadonlyMap<MovieId, number>;
  /** 0, 1, 2, … as long as `movies`: the pairs of one user with every movie. */
  everyPosition: Int32Array;
}

/** @returns a function that gives the current catalogue, read again only after an import changed the movies */
export function createCatalogue(db: Database): () => Catalogue {
  let kept: Catalogue | undefined;
  return () => {
    const dataset = currentDataset(db);
    if (dataset === undefined) {
      throw new AppError("DATA_EMPTY", "expected a data set, but none is loaded: run marquee import, or marquee setup");
    }
    const isCurrent =
      kept !== undefined &&
      kept.dataset.name === dataset.name &&
      kept.dataset.importedAt === dataset.importedAt &&
      kept.dataset.revision === dataset.revision;
    if (kept === undefined || !isCurrent) kept = readCatalogue(db, dataset);
    return kept;
  };
}

function readCatalogue(db: Database, dataset: Dataset): Catalogue {
  const movies = allMovies(db).map(({ id, genres, year, displayTitle }) => ({ id, genres, year, displayTitle }));
  // A catalogue has some twenty genres, whatever the number of its movies: each is folded once.
  const foldedNames = new Map<string, string>();
  const folded = (name: string): string => {
    const known = foldedNames.get(name) ?? foldText(name);
    foldedNames.set(name, known);
    return known;
  };
  return {
    dataset,
    movies,
    genres: movies.map(({ genres }) => splitGenres(genres).map(folded)),
    genreSpellings: new Map(Array.from(foldedNames, ([name, known]) => [known, name])),
    positionOf: new Map(movies.map((movie, position) => [movie.id, position])),
    everyPosition: Int32Array.from(movies, (_, position) => position),
  };
}
