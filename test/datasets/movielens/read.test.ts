import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readLinks, readMovies, readRatings, readUsers } from "../../../src/datasets/movielens/read.js";
import { parseText, type RatingLayout, readRatingRows } from "../../../src/datasets/movielens/read-ratings.js";
import type { Source } from "../../../src/datasets/movielens/source.js";
import { mulberry32 } from "../../../src/random.js";
import {
  all,
  type Files,
  failure,
  folderWith,
  inside,
  lenient,
  ml1m,
  ml100k,
  mlCsv,
  openDataset,
  strict,
  zipWith,
} from "./fixtures.js";

type Reader = typeof readMovies | typeof readUsers | typeof readRatings | typeof readLinks;

async function read<Row>(
  reader: (...args: Parameters<Reader>) => AsyncGenerator<Row[], unknown>,
  files: Files,
  options = strict,
): Promise<Row[]> {
  const { source, dataset } = await openDataset(await folderWith(files));
  return all(reader(source, dataset, options));
}

describe("MovieLens 1M", () => {
  test("gives movies, in Latin-1 or UTF-8", async () => {
    const expected = [
      { line: 1, movieId: 1, title: "Toy Story (1995)", genres: ["Animation", "Children's", "Comedy"] },
      { line: 2, movieId: 661, title: "Misérables, Les (1995)", genres: ["Drama"] },
      { line: 3, movieId: 914, title: "Nameless (1996)", genres: [] },
    ];
    expect(await read(readMovies, ml1m)).toEqual(expected);
    const utf8 = Buffer.from((ml1m["movies.dat"] as Buffer).toString("latin1"), "utf8");
    expect(await read(readMovies, { ...ml1m, "movies.dat": utf8 })).toEqual(expected);
  });

  test("gives users with labels for codes", async () => {
    expect(await read(readUsers, ml1m)).toEqual([
      { line: 1, userId: 1, gender: "F", ageGroup: 1, occupation: "K-12 student", zipCode: "48067" },
      { line: 2, userId: 2, gender: "M", ageGroup: 56, occupation: "self-employed", zipCode: "70072" },
    ]);
  });

  test("gives ratings, from a zip too, with a time of 0 as none", async () => {
    const { source, dataset } = await openDataset(await zipWith(inside("ml-1m", ml1m)));
    expect(await all(readRatings(source, dataset, strict))).toEqual([
      { userId: 1, movieId: 661, rating: 3, ratedAt: 978302109 },
      { userId: 1, movieId: 914, rating: 3, ratedAt: null },
      { userId: 2, movieId: 1, rating: 5, ratedAt: 978298413 },
    ]);
    expect(await all(readLinks(source, dataset, strict))).toEqual([]);
  });

  test("gives half stars, as 10M has them, and no users where there is no users.dat", async () => {
    const { "users.dat": _, ...files } = ml1m;
    const tenM = { ...files, "ratings.dat": "1::122::4.5::838985046\n1::185::0.5::838983525" };
    expect((await read(readRatings, tenM)).map((row) => row.rating)).toEqual([4.5, 0.5]);
    expect(await read(readUsers, tenM)).toEqual([]);
  });

  test.each([
    ["ratings.dat", "1::661::3", 'expected 4 fields, not 3, received "1::661::3"'],
    ["ratings.dat", "1::661::3::0::9", 'expected 4 fields, not 5, received "1::661::3::0::9"'],
    ["ratings.dat", "0::661::3::0", 'expected a user id, a whole number from 1 to 2000000000, received "0"'],
    ["ratings.dat", "1::-661::3::0", 'expected a movie id, a whole number from 1 to 2000000000, received "-661"'],
    ["ratings.dat", "1::0::3::0", 'expected a movie id, a whole number from 1 to 2000000000, received "0"'],
    ["ratings.dat", "1::1.5::3::0", 'expected a movie id, a whole number from 1 to 2000000000, received "1.5"'],
    [
      "ratings.dat",
      "1::2147483648::3::0",
      'expected a movie id, a whole number from 1 to 2000000000, received "2147483648"',
    ],
    ["ratings.dat", "1::661::0::0", 'expected a rating in half stars from 0.5 to 5, received "0"'],
    ["ratings.dat", "1::661::5.5::0", 'expected a rating in half stars from 0.5 to 5, received "5.5"'],
    ["ratings.dat", "1::661::3.3::0", 'expected a rating in half stars from 0.5 to 5, received "3.3"'],
    ["ratings.dat", "1::661::NaN::0", 'expected a rating in half stars from 0.5 to 5, received "NaN"'],
    ["ratings.dat", "1::661::3::then", 'expected a time in Unix seconds, up to tomorrow, received "then"'],
    [
      "ratings.dat",
      "1::661::3::978302109000",
      'expected a time in Unix seconds, up to tomorrow, received "978302109000"',
    ],
    ["ratings.dat", "1::661::3::5.5", 'expected a time in Unix seconds, up to tomorrow, received "5.5"'],
    ["users.dat", "1::X::1::10::48067", 'expected a gender, M or F, received "X"'],
    ["users.dat", "1::F::2::10::48067", 'expected an age code, one of 1, 18, 25, 35, 45, 50, 56, received "2"'],
    ["users.dat", "1::F::1::21::48067", 'expected an occupation code from 0 to 20, received "21"'],
    ["movies.dat", "x::Title (1990)::Drama", 'expected a movie id, a whole number from 1 to 2000000000, received "x"'],
    ["movies.dat", "5:: ::Drama", 'expected a title, received " "'],
    [
      "movies.dat",
      `5::${"long ".repeat(50)}`,
      `expected 3 fields, not 2, received "5::${"long ".repeat(15).slice(0, 73)}…`,
    ],
  ])("%s with the line %s is refused, or skipped", async (file, line, message) => {
    const good = ml1m[file]!;
    const files = { ...ml1m, [file]: Buffer.concat([Buffer.from(good), Buffer.from(`${line}\n\n`)]) };
    const reader = { "ratings.dat": readRatings, "users.dat": readUsers, "movies.dat": readMovies }[file]!;
    const number = file === "users.dat" ? 3 : 4;
    expect(await failure(read<unknown>(reader, files))).toBe(`DATA_BAD_LINE: ${file} line ${number}: ${message}`);
    const options = lenient();
    expect(await read<unknown>(reader, files, options)).toEqual(await read<unknown>(reader, ml1m));
    const kind = /^expected (.*), received /.exec(message)?.[1];
    expect(options.problems).toEqual([{ file, line: number, kind, message: `${file} line ${number}: ${message}` }]);
  });

  test("a file without line ends is refused, not gathered", async () => {
    const { source, dataset } = await openDataset(
      await folderWith({ ...ml1m, "movies.dat": `1::A (1990)::Drama\n${"x".repeat(200_000)}` }),
    );
    expect(await failure(all(readMovies(source, dataset, lenient())))).toBe(
      "DATA_FORMAT: movies.dat: expected lines of text, received more than 64 KiB without a line end",
    );
  });

  test("numbers lines and counts bytes across blocks", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i + 1}::${(i % 50) + 1}::${(i % 5) + 1}::${i}`);
    lines[15_000] = "bad";
    const body = lines.join("\r\n");
    const { source, dataset } = await openDataset(await zipWith({ ...ml1m, "ratings.dat": body }));
    let bytes = 0;
    let largest = 0;
    const options = { ...lenient(), onBytes: (n: number) => (bytes += n) };
    let next = 1;
    for await (const batch of readRatings(source, dataset, options)) {
      largest = Math.max(largest, batch.length);
      for (const row of batch) {
        if (next === 15_001) next++;
        expect([row.userId, row.movieId, row.rating, row.ratedAt]).toEqual([
          next,
          ((next - 1) % 50) + 1,
          ((next - 1) % 5) + 1,
          next - 1 || null,
        ]);
        next++;
      }
    }
    expect(next).toBe(20_001);
    expect(bytes).toBe(body.length);
    expect(largest).toBeLessThan(6000);
    expect(options.problems.map((problem) => problem.line)).toEqual([15_001]);
  });
});

describe("MovieLens 100K", () => {
  test("gives movies by their flags, unknown as none", async () => {
    const expected = [
      { line: 1, movieId: 242, title: "Kolya (1996)", genres: ["Comedy"] },
      { line: 2, movieId: 302, title: "Été, L' (1996)", genres: [] },
    ];
    expect(await read(readMovies, ml100k)).toEqual(expected);
    const { "u.genre": _, ...files } = ml100k;
    expect(await read(readMovies, files)).toEqual(expected);
  });

  test("gives users with their age's group, and ratings", async () => {
    expect(await read(readUsers, ml100k)).toEqual([
      { line: 1, userId: 196, gender: "M", ageGroup: 45, occupation: "writer", zipCode: "55105" },
      { line: 2, userId: 186, gender: "F", ageGroup: 1, occupation: "none", zipCode: null },
    ]);
    expect(await read(readRatings, ml100k)).toEqual([
      { userId: 196, movieId: 242, rating: 3, ratedAt: 881250949 },
      { userId: 186, movieId: 302, rating: 4, ratedAt: 891717742 },
    ]);
  });

  test("refuses what is no flag, no age, and a genre out of order", async () => {
    const item = (ml100k["u.item"] as Buffer).toString("latin1");
    expect(await failure(read(readMovies, { ...ml100k, "u.item": item.replace(/0\n$/, "2\n") }))).toBe(
      'DATA_BAD_LINE: u.item line 2: expected a genre flag, 0 or 1, received "2"',
    );
    expect(await failure(read(readUsers, { ...ml100k, "u.user": "1|20|M|x|1\n2|0|F|x|1\n" }))).toBe(
      'DATA_BAD_LINE: u.user line 2: expected an age in years, received "0"',
    );
    expect(await failure(read(readMovies, { ...ml100k, "u.genre": "unknown|0\nAction|2\n" }))).toBe(
      `DATA_BAD_LINE: u.genre line 2: expected a genre's name, | and 1, received "Action|2"`,
    );
  });
});

describe("the CSV releases", () => {
  test("give movies, quoted fields and all", async () => {
    expect(await read(readMovies, mlCsv)).toEqual([
      { line: 2, movieId: 1, title: "Toy Story (1995)", genres: ["Adventure", "Animation"] },
      { line: 3, movieId: 29, title: "City of Lost Children, The (Cité des enfants perdus, La) (1995)", genres: [] },
      { line: 4, movieId: 30, title: 'Say "Hello" (1990)', genres: ["Drama"] },
    ]);
    expect(await read(readUsers, mlCsv)).toEqual([]);
  });

  test("give ratings, quoted or not, and links", async () => {
    expect(await read(readRatings, mlCsv)).toEqual([
      { userId: 1, movieId: 29, rating: 4, ratedAt: 964982703 },
      { userId: 1, movieId: 30, rating: 0.5, ratedAt: null },
      { userId: 2, movieId: 1, rating: 3.5, ratedAt: 964981247 },
    ]);
    expect(await read(readLinks, mlCsv)).toEqual([
      { line: 2, movieId: 1, imdbId: "tt0114709", tmdbId: 862 },
      { line: 3, movieId: 29, imdbId: "tt0112682", tmdbId: null },
      { line: 4, movieId: 30, imdbId: null, tmdbId: null },
    ]);
    const { "links.csv": _, ...files } = mlCsv;
    expect(await read(readLinks, files)).toEqual([]);
  });

  test("have their columns found by name", async () => {
    const files = {
      "movies.csv": "genres,movieId,title\nDrama,7,Some (1990)\n",
      "ratings.csv": "rating,userId,note,movieId\n2.5,3,fine,7\n",
    };
    expect(await read(readMovies, files)).toEqual([{ line: 2, movieId: 7, title: "Some (1990)", genres: ["Drama"] }]);
    expect(await read(readRatings, files)).toEqual([{ userId: 3, movieId: 7, rating: 2.5, ratedAt: null }]);
  });

  test.each([
    [
      "movies.csv",
      '5,"Open (1990),Drama',
      'expected a CSV line whose quotes are closed, received "5,\\"Open (1990),Drama"',
    ],
    ["movies.csv", "5,Un, deux (1990),Drama", 'expected 3 fields, not 4, received "5,Un, deux (1990),Drama"'],
    ["ratings.csv", "1,29,6.0,1", 'expected a rating in half stars from 0.5 to 5, received "6.0"'],
    ["ratings.csv", "1,29,4.0", 'expected 4 fields, not 3, received "1,29,4.0"'],
    ["links.csv", "1,tt-1,5", 'expected an IMDb id, or nothing, received "tt-1"'],
    ["links.csv", "1,0114709,0", 'expected a TMDB id, a whole number from 1 to 2147483647, or nothing, received "0"'],
    ["movies.csv", Buffer.from("5,Cité (1990),Drama", "latin1"), 'expected UTF-8 text, received "5,Cité (1990),Drama"'],
  ])("%s with the line %s is refused, or skipped", async (file, line, message) => {
    const files = { ...mlCsv, [file]: Buffer.concat([Buffer.from(mlCsv[file]!), Buffer.from(line)]) };
    const reader = { "ratings.csv": readRatings, "links.csv": readLinks, "movies.csv": readMovies }[file]!;
    expect(await failure(read<unknown>(reader, files))).toBe(`DATA_BAD_LINE: ${file} line 5: ${message}`);
    const options = lenient();
    expect(await read<unknown>(reader, files, options)).toEqual(await read<unknown>(reader, mlCsv));
    expect(options.problems.map((problem) => problem.line)).toEqual([5]);
  });
});

describe("the fast way and the slow way of reading ratings", () => {
  const random = mulberry32(14);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
  const digits = (n: number) => Array.from({ length: n }, () => Math.floor(random() * 10)).join("");
  const odd = [
    "",
    " ",
    "-1",
    "+1",
    "1e3",
    "NaN",
    "0x1",
    "1,5",
    "\u0661",
    "1_0",
    ".5",
    "5.",
    "0",
    "00",
    "2000000001",
    "99999999999",
  ];
  const number = () => {
    const whole = digits(1 + Math.floor(random() * pick([1, 2, 4, 11, 13])));
    return `${pick(["", "", "", " "])}${whole}${pick(["", "", ".0", ".5", ".00", ".50", ".25", ".", ".x"])}${pick(["", "", "", " "])}`;
  };
  const stars = () =>
    pick(["1", "2.0", "3.5", "4.50", "5.0", "0.5", "0", "5.5", "6", "10", "3.3", " 4 ", "05", number()]);
  const field = () => (random() < 0.05 ? pick(odd) : number());

  test.each([
    ["ratings.dat", "::"],
    ["u.data", "\t"],
    ["ratings.csv", ","],
  ])("accept one grammar, with the same values (%s)", async (file, separator) => {
    const layout: RatingLayout = {
      separator: separator[0],
      separatorWidth: separator.length,
      columns: 4,
      user: 0,
      movie: 1,
      rating: 2,
      timestamp: 3,
      decode: (bytes) => bytes.toString("utf8"),
      split: (text) => text.split(separator),
    };
    const lines = Array.from({ length: 20_000 }, () =>
      [field(), field(), random() < 0.1 ? field() : stars(), random() < 0.5 ? "978302109" : field()].join(separator),
    );
    const options = { skipBad: true, latest: 2_000_000_000 };
    let good = 0;
    for (const line of lines) {
      const source = textSource(file, `${line}\n`);
      // One bad line is all of its file, which stops in spite of skipBad.
      const fast = await all(readRatingRows(source, file, layout, options)).catch(() => []);
      let slow: unknown[];
      try {
        slow = [parseText(line, layout, options.latest)];
        good++;
      } catch {
        slow = [];
      }
      if (line.trim() === "") continue;
      expect(fast, JSON.stringify(line)).toEqual(slow);
    }
    // Neither all good nor all bad, or nothing was compared.
    expect(good).toBeGreaterThan(500);
    expect(good).toBeLessThan(19_000);
  });
});

/** A source of one file that lies in memory. */
function textSource(name: string, text: string): Source {
  return {
    label: "memory",
    files: [{ name, size: Buffer.byteLength(text) }],
    openFile: async () => Readable.from([Buffer.from(text)]),
    close: async () => {},
  };
}
