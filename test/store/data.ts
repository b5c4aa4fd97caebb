/** A small data set to fill stores with. */
import { type ImdbId, movieId, userId } from "../../src/ids.js";
import type { NewDataset } from "../../src/store/imports.js";
import type { Poster } from "../../src/store/posters.js";
import type { Store } from "../../src/store/store.js";

const titles: [id: number, title: string, year: number | null, genres: string[]][] = [
  [30, "Alien", 1979, ["Horror", "Sci-Fi"]],
  [10, "The Matrix", 1999, ["Action", "Sci-Fi"]],
  [20, "Amélie", 2001, ["Comedy", "Romance"]],
  [50, "Matrix Revolutions", 2003, ["Action"]],
  [40, "100% Wolf", 2020, []],
];

/** User, movie, stars, Unix seconds. */
const ratings: [number, number, number, number | null][] = [
  [1, 10, 4, 100],
  [1, 30, 5, 300],
  [1, 20, 5, 400],
  [1, 50, 3, null],
  [2, 10, 2, 200],
  [2, 20, 5, null],
  [3, 10, 4.5, 250],
];

export const imdb = (text: string) => text as ImdbId;

export const picture = (id: number, content: string): Poster => ({
  movieId: movieId(id),
  sha256: content.repeat(64).slice(0, 64),
  format: "jpeg",
  width: 300,
  height: 450,
  bytes: 1000,
  source: "folder",
  addedAt: 1,
});

export const dataset: NewDataset = {
  dataset: { name: "small", kind: "csv", synthetic: false, importedAt: 1000 },
  movies: titles.map(([id, name, year, genres]) => ({
    movieId: movieId(id),
    title: `${name}${year === null ? "" : ` (${year})`}`,
    displayTitle: name,
    year,
    genres,
    imdbId: imdb(`tt000000${id}`),
    linkEvidence: "stated",
  })),
  users: [
    { userId: userId(1), gender: "F", ageGroup: 25, occupation: "artist", zipCode: "1" },
    { userId: userId(2), gender: "M", ageGroup: 25, occupation: null, zipCode: null },
    { userId: userId(3), gender: null, ageGroup: null, occupation: null, zipCode: null },
  ],
  ratings: ratings.map(([user, movie, rating, ratedAt]) => ({
    userId: userId(user),
    movieId: movieId(movie),
    rating,
    ratedAt,
  })),
  posters: [picture(10, "a"), picture(20, "b")],
  activeModel: "small-model",
};

export async function fill(store: Store): Promise<Store> {
  await store.imports.create(dataset);
  return store;
}

export const everybody = { imported: true, created: true, own: null };
export const nobody = { imported: false, created: false, own: null };
