/** Exports of one person's ratings: what is read of each service's file, on which scale, and what is refused. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { maxExportRows } from "../../../src/datasets/exports/export-row.js";
import { readExport } from "../../../src/datasets/exports/read-export.js";
import { findScale, readStars } from "../../../src/datasets/exports/scales.js";

async function exportFile(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(`files/${name}`, import.meta.url)));
}

async function zipOf(files: Record<string, Uint8Array | string>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

const text = (content: string) => new TextEncoder().encode(content);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  );

describe("a file", () => {
  test("of Letterboxd has titles with commas and quotes, years, half stars and days", async () => {
    const { service, rows } = await readExport(await exportFile("letterboxd.csv"));
    expect(service).toBe("letterboxd");
    expect(rows).toHaveLength(11);
    expect(rows[2]).toEqual({
      line: 4,
      title: '"Crocodile" Dundee',
      year: 1986,
      imdbId: null,
      tmdbId: null,
      movieId: null,
      rating: "0.5",
      ratedAt: Date.UTC(2023, 4, 3) / 1000,
      otherKind: null,
    });
    expect(rows.map(({ rating }) => rating)).toEqual(["5", "3.5", "0.5", "1", "4.5", "4", "", "0", "3", "2", "4"]);
  });

  test("of Letterboxd's may be the zip that it makes, of which ratings.csv counts, and not the deleted ones", async () => {
    const ratings = await exportFile("letterboxd.csv");
    const other = text("Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Other,2000,https://boxd.it/x,1\n");
    const zip = await zipOf({
      "deleted/ratings.csv": other,
      "watched.csv": "Date,Name,Year,Letterboxd URI\n",
      "ratings.csv": ratings,
      "profile.csv": "a,b\n",
    });
    expect(await readExport(zip)).toEqual(await readExport(ratings));
  });

  test("of IMDb has ids, and says what is a series", async () => {
    const { service, rows } = await readExport(await exportFile("imdb.csv"));
    expect(service).toBe("imdb");
    expect(rows.map(({ imdbId, rating, otherKind }) => [imdbId, rating, otherKind])).toEqual([
      ["tt6751668", "9", null],
      ["tt0903747", "10", "TV Series"],
      ["tt0190332", "7", null],
      ["tt9999999", "1", null],
      ["tt0211915", "6", null],
    ]);
  });

  test("of Trakt has both ids, and shows beside movies", async () => {
    const { service, rows } = await readExport(await exportFile("trakt.json"));
    expect(service).toBe("trakt");
    expect(
      rows.map(({ line, title, year, imdbId, tmdbId, rating, otherKind }) => [
        line,
        title,
        year,
        imdbId,
        tmdbId,
        rating,
        otherKind,
      ]),
    ).toEqual([
      [1, "Parasite", 2019, "tt6751668", 496243, "8", null],
      [2, "Breaking Bad", 2008, "tt0903747", 1396, "10", "show"],
      [3, "Amelie", 2001, null, 194, "3", null],
      [4, "Solaris", 2002, null, null, "6", null],
    ]);
    expect(rows[0].ratedAt).toBe(Date.UTC(2021, 2, 1, 20) / 1000);
  });

  test("of MovieLens has its numbers", async () => {
    const { service, rows } = await readExport(await exportFile("movielens.csv"));
    expect(service).toBe("movielens");
    expect(rows[0]).toMatchObject({ movieId: 10, rating: "4.5", ratedAt: 1_111_111_111 });
  });

  test.each([
    ["semicolons", "Film;Year;Rating\nHeat;1995;4\n"],
    ["tabs", "title\tyear\tscore\nHeat\t1995\t4\n"],
    ["a byte order mark and Windows' line ends", "\uFEFFTitle,Year,Rating\r\nHeat,1995,4\r\n"],
    ["columns in another order", "Rating,Notes,Year,Name\n4,good,1995,Heat\n"],
  ])("of anybody's may have %s", async (_what, content) => {
    const { service, rows } = await readExport(text(content));
    expect(service).toBe("csv");
    expect(rows).toMatchObject([{ title: "Heat", year: 1995, rating: "4" }]);
  });

  test("keeps characters whole that are long in bytes, wherever it is read in pieces", async () => {
    const titles = Array.from({ length: 3000 }, (_, i) => `${"🎬💙".repeat(20)}é${i}`);
    const { rows } = await readExport(text(`Title,Rating\n${titles.map((title) => `${title},4\n`).join("")}`));
    expect(rows.map(({ title }) => title)).toEqual(titles);
  });

  test("may be encoded as spreadsheet programs do", async () => {
    const { rows } = await readExport(new Uint8Array(Buffer.from("Title,Year,Rating\nAmélie,2001,4\n", "latin1")));
    expect(rows[0].title).toBe("Amélie");
  });

  test.each([
    ["is empty", text(" \n"), "expected a file with ratings, received an empty one"],
    ["has a header only", text("Name,Rating\n"), "expected a file with ratings, received one without any"],
    ["has no rating", text("Name,Year\nHeat,1995\n"), "expected a first line with the names of a rating's column"],
    ["is a picture", new Uint8Array([0x89, 0x50, 0, 0, 1, 2]), "received a binary file"],
    ["is JSON of something else", text('[{"a": 1, "rating": "x"}]'), "received another form at 1, rating"],
    ["is JSON that breaks off", text('[{"rating": 8'), "received some that breaks off"],
    ["is JSON of one object", text('{"rating": 8}'), "received something else"],
    ["has ratings of two people", text("userId,movieId,rating\n1,10,4\n2,10,4\n"), "those of the users 1 and 2"],
    ["is a damaged zip", text("PK\u0003\u0004nothing"), "received one that is damaged"],
  ])("that %s is refused", async (_what, bytes, message) => {
    expect(await codeOf(readExport(bytes))).toMatch(new RegExp(`^RATINGS_UNREADABLE: .*${message}`));
  });

  test("that is a zip without ratings, or of too many lines, is refused", async () => {
    expect(await codeOf(readExport(await zipOf({ "a.txt": "x" })))).toContain(
      "expected a zip file with a ratings.csv, received one without",
    );
    const lines = "Heat,4\n".repeat(maxExportRows + 1);
    expect(await codeOf(readExport(text(`Name,Rating\n${lines}`)))).toContain(
      `expected up to ${maxExportRows} ratings, received more`,
    );
  });
});

describe("the scale", () => {
  test.each([
    ["imdb", ["1", "3"], ["TEN"]],
    ["letterboxd", ["1", "3"], ["FIVE"]],
    ["csv", ["1", "7"], ["TEN"]],
    ["csv", ["55", "80"], ["HUNDRED"]],
    ["csv", ["3.5", "4"], ["FIVE"]],
    ["csv", ["3", "4"], ["FIVE", "TEN"]],
    ["csv", Array.from({ length: 20 }, (_, i) => String(1 + (i % 5))), ["FIVE"]],
    ["csv", ["1", "1", "0"], ["LIKES", "FIVE", "TEN"]],
    ["csv", ["♥", ""], ["LIKES"]],
    ["csv", ["yes", "no"], ["LIKES"]],
  ] as const)("of %s with the ratings %j is one of %j", (service, ratings, possible) => {
    expect(findScale(service, ratings)).toEqual({ scale: possible[0], possible });
  });

  test.each([
    ["5", "FIVE", 5],
    ["0.5", "FIVE", 0.5],
    ["3,5", "FIVE", 3.5],
    ["★★★½", "FIVE", 3.5],
    ["0", "FIVE", undefined],
    ["", "FIVE", undefined],
    ["6", "FIVE", undefined],
    ["1", "TEN", 0.5],
    ["7", "TEN", 3.5],
    ["7.5", "TEN", 4],
    ["8/10", "TEN", 4],
    ["10", "TEN", 5],
    ["3", "HUNDRED", 0.5],
    ["87", "HUNDRED", 4.5],
    ["♥", "LIKES", 4.5],
    ["no", "LIKES", 2],
    ["0", "LIKES", 2],
    ["maybe", "LIKES", undefined],
    ["bad", "TEN", undefined],
  ] as const)("makes %j on the scale %s %s stars", (rating, scale, stars) => {
    expect(readStars(rating, scale)).toBe(stars);
  });
});
