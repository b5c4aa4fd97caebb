/** Which movies an export is about, how surely, and what is left out, with the reason. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { indexFilms, type KnownMovie } from "../../../src/datasets/exports/match-rows.js";
import { planImport } from "../../../src/datasets/exports/plan-import.js";
import { readExport } from "../../../src/datasets/exports/read-export.js";
import { titleParts } from "../../../src/datasets/movielens/titles.js";
import { type ImdbId, movieId } from "../../../src/ids.js";

const catalogue: KnownMovie[] = [
  [10, "Gisaengchung (Parasite) (2019)", "tt6751668", 496243],
  [20, "Crouching Tiger, Hidden Dragon (Wo hu cang long) (2000)", "tt0190332", 146],
  [30, "Crocodile Dundee (1986)", null, null],
  [40, "Psycho (1960)", null, null],
  [50, "Psycho (1998)", null, null],
  [60, "Solaris (Solyaris) (1972)", null, null],
  [70, "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)", "tt0211915", 194],
  [80, "WALL·E (2008)", null, null],
  [90, "Misérables, Les (2012)", null, null],
].map(([id, title, imdbId, tmdbId]) => {
  const { displayTitle, year } = titleParts(title as string);
  return {
    id: movieId(id as number),
    title: title as string,
    displayTitle,
    year,
    imdbId: imdbId as ImdbId | null,
    tmdbId: tmdbId as number | null,
  };
});

async function planOf(name: string, hasMovieLensIds = true, scale?: Parameters<typeof planImport>[2]) {
  const bytes = new Uint8Array(await readFile(new URL(`files/${name}`, import.meta.url)));
  const plan = await planImport(await readExport(bytes), await indexFilms(catalogue, hasMovieLensIds), scale);
  return {
    ...plan,
    matched: plan.matched.map(({ line, movie, stars, confidence }) => [line, movie.id, stars, confidence]),
    unmatched: plan.unmatched.map(({ line, reason }) => [line, reason]),
  };
}

test("Letterboxd's ratings find their movies by title and year: commas, quotes, remakes, other names, no year, given twice", async () => {
  expect(await planOf("letterboxd.csv")).toMatchObject({
    service: "letterboxd",
    scale: "FIVE",
    possible: ["FIVE"],
    rowCount: 11,
    matched: [
      [3, 20, 3.5, 1],
      [4, 30, 0.5, 1],
      [5, 50, 1, 1],
      [6, 40, 4.5, 1],
      [7, 60, 4, 0.6],
      [11, 90, 2, 1],
      // The later of two counts.
      [12, 10, 4, 1],
    ],
    unmatched: [
      [2, "rated again at 12, which counts"],
      [8, "no rating"],
      [9, "no rating on this scale: 0"],
      [10, "no movie here has this title"],
    ],
  });
});

test("IMDb's ratings find theirs by id, under any title, and series are left out", async () => {
  expect(await planOf("imdb.csv")).toMatchObject({
    scale: "TEN",
    matched: [
      [2, 10, 4.5, 1],
      [4, 20, 3.5, 1],
      [6, 70, 3, 1],
    ],
    unmatched: [
      [3, "not a film: TV Series"],
      [5, "no movie here has this title"],
    ],
  });
});

test("Trakt's find theirs by IMDb or TMDB id; a remake of another year is no match", async () => {
  expect(await planOf("trakt.json")).toMatchObject({
    matched: [
      [1, 10, 4, 1],
      [3, 70, 1.5, 1],
    ],
    unmatched: [
      [2, "not a film: show"],
      [4, "here it is of 1972: same title, year differs: 2002 is 1972 there"],
    ],
  });
});

test("MovieLens' find theirs by number, but not in a catalogue with numbers of its own", async () => {
  expect((await planOf("movielens.csv")).matched).toEqual([
    [2, 10, 4.5, 1],
    [3, 20, 0.5, 1],
  ]);
  const own = await planOf("movielens.csv", false);
  expect(own.matched).toEqual([]);
  expect(own.unmatched[0]).toEqual([2, "no movie here has this id, and there is no title to search by"]);
});

test("anybody's find theirs with the year in the title, an article moved, a year beside; one name of two movies is left out", async () => {
  expect(await planOf("any.csv")).toMatchObject({
    service: "csv",
    scale: "TEN",
    matched: [
      [2, 40, 4, 1],
      [4, 90, 5, 1],
      [5, 60, 4, 1],
      [6, 80, 1, 0.9],
    ],
    unmatched: [[3, "several movies have this title: Psycho (1960), Psycho (1998)"]],
  });
});

test("another scale may be given", async () => {
  const { scale, possible, matched } = await planOf("any.csv", true, "HUNDRED");
  expect([scale, possible, matched[0]]).toEqual(["HUNDRED", ["HUNDRED"], [2, 40, 0.5, 1]]);
});
