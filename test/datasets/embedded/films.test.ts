import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { openPromise } from "yauzl";
import { embeddedFilms, embeddedGenres, widelySeenTitles } from "../../../src/datasets/embedded/films.js";

/** MovieLens 25M's movies.csv and links.csv, kept beside a checkout and never inside it. */
const archivePath = fileURLToPath(new URL("../../../../shared/data/ml-25m-links.zip", import.meta.url));
const archiveExists = existsSync(archivePath);
if (!archiveExists) {
  console.warn("skipped: films against MovieLens 25M, since ../shared/data/ml-25m-links.zip is absent");
}

describe("the embedded films", () => {
  it("are 300, each with its own title and IMDb id", () => {
    expect(embeddedFilms).toHaveLength(300);
    expect(new Set(embeddedFilms.map((film) => film.title)).size).toBe(300);
    expect(new Set(embeddedFilms.map((film) => film.imdbId)).size).toBe(300);
  });

  it("have IMDb ids in the full form", () => {
    expect(embeddedFilms.filter((film) => !/^tt\d{7,8}$/.test(film.imdbId))).toEqual([]);
  });

  it("have titles as displayed: no year, no article moved to the end", () => {
    const odd = embeddedFilms.filter(({ title }) => title.trim() !== title || /\(\d{4}\)$|, (The|A|An)$/.test(title));
    expect(odd).toEqual([]);
  });

  it("have MovieLens 1M's genres, at least one, alphabetical, none twice", () => {
    expect(embeddedGenres).toHaveLength(18);
    for (const { title, genres } of embeddedFilms) {
      expect(genres.length, title).toBeGreaterThan(0);
      expect(genres, title).toEqual([...new Set(genres)].sort());
      expect(embeddedGenres, title).toEqual(expect.arrayContaining([...genres]));
    }
  });

  it("give every genre at least five films", () => {
    const counts = embeddedGenres.map((genre) => embeddedFilms.filter((film) => film.genres.includes(genre)).length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
  });

  it("run from 1920 to 2019, oldest first, at least ten a decade", () => {
    const years = embeddedFilms.map((film) => film.year);
    expect(years).toEqual(years.toSorted((a, b) => a - b));
    expect([years[0], years.at(-1)]).toEqual([1920, 2019]);
    for (let decade = 1920; decade < 2020; decade += 10) {
      const count = years.filter((year) => year >= decade && year < decade + 10).length;
      expect(count, `${decade}s`).toBeGreaterThanOrEqual(10);
    }
  });

  it("include every widely seen title", () => {
    const titles = new Set(embeddedFilms.map((film) => film.title));
    expect([...widelySeenTitles].filter((title) => !titles.has(title))).toEqual([]);
  });

  it.skipIf(!archiveExists)("agree with MovieLens 25M in IMDb id, title and year", async () => {
    const titleById = await readTitlesByImdbId(archivePath);
    const wrong = embeddedFilms.flatMap((film) => {
      const known = titleById.get(film.imdbId);
      const agrees = known?.endsWith(`(${film.year})`) && displayTitles(known).includes(normalize(film.title));
      return agrees ? [] : [`${film.title} (${film.year}) is ${film.imdbId}, there ${known}`];
    });
    expect(wrong).toEqual([]);
  });
});

/** Lower case letters and digits alone: "8½" and "8 1/2" agree, and so do "WALL·E" and "Wall-E". */
function normalize(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("&", "and")
    .replace(/[^a-z0-9]/g, "");
}

/** Every name in "Seven Samurai (Shichinin no samurai) (1954)" or "Thing, The (1982)", normalised. */
function displayTitles(listed: string): string[] {
  const withoutYear = listed.replace(/\s*\(\d{4}\)$/, "");
  const names = [
    withoutYear.replace(/\s*\(.*$/, ""),
    ...Array.from(withoutYear.matchAll(/\(([^()]*)\)/g), (match) => match[1]),
  ];
  return names.map((name) =>
    normalize(name.replace(/^a\.k\.a\. /, "").replace(/^(.*), (The|A|An|La|Le|Das)$/, "$2 $1")),
  );
}

async function readTitlesByImdbId(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string[][]>();
  const zip = await openPromise(path);
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, parse(await text(await zip.openReadStreamPromise(entry))));
  }
  const titleById = new Map(files.get("ml-25m/movies.csv")!.map(([id, title]) => [id, title.trim()]));
  return new Map(files.get("ml-25m/links.csv")!.map(([id, imdb]) => [`tt${imdb}`, titleById.get(id)!]));
}
