import { execFileSync } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { openSource } from "../../../src/datasets/movielens/source.js";
import { failure, folderWith, open, tempFolder, zipWith } from "./fixtures.js";

const files = { "a.txt": "first", "inner/b.txt": "second, which is longer" };

/** Offset of a signature's last (or first) occurrence. */
function signature(bytes: Buffer, kind: number, last = false): number {
  const pattern = Buffer.from([0x50, 0x4b, kind, kind + 1]);
  return last ? bytes.lastIndexOf(pattern) : bytes.indexOf(pattern);
}

describe("a source", () => {
  test.each([
    ["folder", folderWith],
    ["zip", zipWith],
  ])("lists and opens the files of a %s", async (_, make) => {
    const source = await open(await make({ ...files, ".hidden": "x", "__MACOSX/a.txt": "x" }));
    expect(source.files.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "a.txt", size: 5 },
      { name: "inner/b.txt", size: 23 },
    ]);
    expect(await text(await source.openFile("inner/b.txt"))).toBe("second, which is longer");
    expect(await failure(source.openFile("c.txt"))).toBe(
      `DATA_FORMAT: ${source.label}: expected a file c.txt, but there is none`,
    );
  });

  test("follows a link to a file, but no link to a folder", async () => {
    const folder = await folderWith(files);
    await symlink(join(folder, "a.txt"), join(folder, "link.txt"));
    await symlink(folder, join(folder, "circle"));
    const names = (await open(folder)).files.map((file) => file.name);
    expect(names.sort()).toEqual(["a.txt", "inner/b.txt", "link.txt"]);
  });

  test("says that a missing path cannot be read", async () => {
    expect(await failure(openSource("/no/such/place.zip"))).toMatch(
      /^FILE_UNREADABLE: cannot read \/no\/such\/place\.zip: ENOENT/,
    );
  });
});

describe("a zip that is none", () => {
  test("is refused when it is something else", async () => {
    const folder = await folderWith({
      "data.zip": "<html>404</html>",
      "binary.zip": Buffer.from([1, 0, 2, 3, 4, 5, 6, 7]),
      "ratings.csv": "userId,movieId,rating\n1,1,5\n",
      "letterboxd.csv": "\uFEFFDate,Name,Year,Letterboxd URI,Rating\n2020-01-01,Heat,1995,https://boxd.it/1,4.5\n",
      "imdb.csv": '"Const","Your Rating","Date Rated","Title"\n"tt0113277",9,2020-01-01,"Heat"\n',
      "trakt.json": '[{"rated_at":"2020-01-01T00:00:00.000Z","rating":9,"type":"movie"}]',
    });
    const refusal = (name: string) => failure(openSource(join(folder, name)));
    expect(await refusal("binary.zip")).toMatch(
      new RegExp(
        `^DATA_FORMAT: expected a folder or a whole zip file, received ${folder}/binary.zip: End of central directory`,
      ),
    );
    const received = (name: string) => `DATA_FORMAT: expected a folder or a zip file, received ${folder}/${name}, `;
    expect(await refusal("data.zip")).toBe(`${received("data.zip")}a file of text`);
    expect(await refusal("ratings.csv")).toBe(
      `${received("ratings.csv")}a single file: give the folder that holds it with the data set's other files`,
    );
    for (const [name, service] of [
      ["letterboxd.csv", "Letterboxd"],
      ["imdb.csv", "IMDb"],
      ["trakt.json", "Trakt"],
    ]) {
      expect(await refusal(name)).toBe(
        `${received(name)}one person's ratings as ${service} exports them: marquee import-ratings takes those`,
      );
    }
  });

  test("is refused at once when it is a pipe, which may have no end", async () => {
    const path = join(await tempFolder(), "pipe.zip");
    execFileSync("mkfifo", [path]);
    expect(await failure(openSource(path))).toBe(
      `DATA_FORMAT: expected a folder or a zip file, received ${path}, which is neither a file nor a folder`,
    );
    const { files } = await openSource(dirname(path));
    expect(files).toEqual([]);
    expect(await failure(openSource("/dev/zero"))).toContain("which is neither a file nor a folder");
  });

  test("is refused when it is empty or cut off", async () => {
    const whole = await readFile(await zipWith({ "ratings.dat": "1::1::5::0\n".repeat(1000) }));
    const path = join(await tempFolder(), "cut.zip");
    for (const length of [0, 10, whole.length / 2, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      expect(await failure(openSource(path))).toMatch(
        new RegExp(`^DATA_FORMAT: expected a folder or a whole zip file, received ${path}: `),
      );
    }
  });

  test("is refused when a name leads out of it, or stands twice", async () => {
    const bytes = await readFile(await zipWith({ "aa/a.txt": "x", "bb/b.txt": "y" }));
    const path = join(await tempFolder(), "bad.zip");
    await writeFile(path, bytes.toString("latin1").replaceAll("aa/a.txt", "../a.txt"), "latin1");
    expect(await failure(openSource(path))).toMatch(/^DATA_FORMAT: .*bad\.zip: invalid relative path: \.\.\/a\.txt$/);
    await writeFile(path, bytes.toString("latin1").replaceAll("aa/a.txt", "bb/b.txt"), "latin1");
    expect(await failure(openSource(path))).toBe(`DATA_FORMAT: ${path}: the zip names bb/b.txt twice`);
  });

  test("is refused when an entry is encrypted", async () => {
    const bytes = await readFile(await zipWith({ "a.txt": "x" }));
    bytes[signature(bytes, 1) + 8]! |= 1;
    const path = join(await tempFolder(), "locked.zip");
    await writeFile(path, bytes);
    expect(await failure(openSource(path))).toBe(
      `DATA_FORMAT: ${path}: expected a zip without a password, but a.txt in it is encrypted`,
    );
  });

  test("fails while it is read when the content does not hold", async () => {
    const bytes = await readFile(await zipWith({ "a.txt": "0123456789".repeat(50) }));
    const directory = signature(bytes, 1);
    const path = join(await tempFolder(), "damaged.zip");

    const otherSum = Buffer.from(bytes);
    otherSum.writeUInt32LE(0xdeadbeef, directory + 16);
    await writeFile(path, otherSum);
    expect(await failure((await open(path)).openFile("a.txt").then(text))).toMatch(
      /^DATA_FORMAT: .*damaged\.zip: a\.txt is damaged: expected CRC-32 deadbeef, received [0-9a-f]+$/,
    );

    const otherSize = Buffer.from(bytes);
    otherSize.writeUInt32LE(499, directory + 24);
    await writeFile(path, otherSize);
    expect(await failure((await open(path)).openFile("a.txt").then(text))).toMatch(
      /^DATA_FORMAT: .*damaged\.zip: a\.txt is damaged: too many bytes in the stream\. expected 499/,
    );

    const otherBody = Buffer.from(bytes);
    otherBody.fill(0xff, signature(bytes, 3) + 35, signature(bytes, 3) + 40);
    await writeFile(path, otherBody);
    expect(await failure((await open(path)).openFile("a.txt").then(text))).toMatch(
      /^DATA_FORMAT: .*damaged\.zip: a\.txt is damaged: /,
    );
  });
});
