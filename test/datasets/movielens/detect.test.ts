import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { detectDataset } from "../../../src/datasets/movielens/detect.js";
import { failure, folderWith, inside, ml1m, ml100k, mlCsv, open, openDataset, zipWith } from "./fixtures.js";

describe("the data set is recognised", () => {
  test("as 1M in a zip's folder, and named after it", async () => {
    const { dataset } = await openDataset(await zipWith({ ...inside("ml-1m", ml1m), "ml-1m/README": "x" }));
    expect(dataset).toEqual({
      kind: "1m",
      name: "ml-1m",
      files: { movies: "ml-1m/movies.dat", ratings: "ml-1m/ratings.dat", users: "ml-1m/users.dat" },
    });
  });

  test("as 1M without users, which is what 10M looks like", async () => {
    const { "users.dat": _, ...files } = ml1m;
    const { dataset } = await openDataset(await folderWith(inside("a/ml-10M100K", files)));
    expect(dataset.kind).toBe("1m");
    expect(dataset.name).toBe("ml-10M100K");
    expect(dataset.files.users).toBeUndefined();
  });

  test("as 100K in a zip's root, named after the zip", async () => {
    const { dataset } = await openDataset(await zipWith(ml100k));
    expect(dataset).toEqual({
      kind: "100k",
      name: "data",
      files: { movies: "u.item", ratings: "u.data", users: "u.user", genres: "u.genre" },
    });
  });

  test("as CSV in a folder, byte order mark or not, named after the folder", async () => {
    const path = await folderWith(mlCsv);
    const { dataset } = await openDataset(path);
    expect(dataset).toEqual({
      kind: "csv",
      name: basename(path),
      files: { movies: "movies.csv", ratings: "ratings.csv", links: "links.csv" },
    });
  });

  test("when some of the first lines are bad", async () => {
    const { dataset } = await openDataset(await folderWith({ ...ml1m, "ratings.dat": "oops\n1::661::3::0\n" }));
    expect(dataset.kind).toBe("1m");
  });
});

describe("what is no data set is refused", () => {
  const looked =
    "expected a MovieLens data set (movies.dat and ratings.dat, u.item and u.data, or movies.csv and ratings.csv), received";

  test("with the files that stand there", async () => {
    const path = await folderWith({ "a.txt": "a", "b/c.txt": "c" });
    expect(await failure(openDataset(path))).toBe(`DATA_FORMAT: ${path}: ${looked} a.txt, b/c.txt`);
    const empty = await folderWith({});
    expect(await failure(openDataset(empty))).toBe(`DATA_FORMAT: ${empty}: ${looked} no files`);
    const many = await zipWith(Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`f${i}`, "x"])));
    expect(await failure(openDataset(many))).toBe(
      `DATA_FORMAT: ${many}: ${looked} f0, f1, f2, f3, f4, f5, f6, f7 and 3 more`,
    );
  });

  test("when the names fit but the content does not", async () => {
    const path = await zipWith({ ...ml1m, "ratings.dat": "1\t661\t3\t0\n" });
    expect(await failure(openDataset(path))).toBe(
      `DATA_FORMAT: ${path}: ${looked} movies.dat, ratings.dat, users.dat; ratings.dat should hold ` +
        'userId::movieId::rating::timestamp, but starts with "1\\t661\\t3\\t0"',
    );
    const other = await zipWith({ ...mlCsv, "movies.csv": "id,name\n1,x\n", "ratings.csv": "" });
    expect(await failure(openDataset(other))).toBe(
      `DATA_FORMAT: ${other}: ${looked} movies.csv, ratings.csv, links.csv; movies.csv should hold ` +
        'movieId,title,genres, but starts with "id,name"; ratings.csv should hold ' +
        'userId,movieId,rating,timestamp, but starts with ""',
    );
  });

  test("when there is more than one", async () => {
    const source = await open(await folderWith({ ...inside("one", ml1m), ...inside("two", mlCsv) }));
    expect(await failure(detectDataset(source))).toMatch(
      /^DATA_FORMAT: .*: expected one data set, received 2: .*one\/movies\.dat with one\/ratings\.dat/,
    );
  });
});
