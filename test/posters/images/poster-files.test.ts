import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { posterPath, readPoster, savePoster } from "../../../src/posters/images/poster-files.js";

const folderFor = () => mkdtemp(join(tmpdir(), "marquee-store-"));
const bytes = Buffer.from("not looked at again");
const sha256 = createHash("sha256").update(bytes).digest("hex");

test("keeps a poster under its content and gives it back", async () => {
  const folder = await folderFor();
  expect(await savePoster(folder, bytes, "jpeg")).toEqual({ sha256, path: `${sha256.slice(0, 2)}/${sha256}.jpg` });
  expect(await readPoster(folder, sha256, "jpeg")).toEqual(bytes);
  expect(await readFile(posterPath(folder, sha256, "jpeg").path)).toEqual(bytes);
});

test("keeps the same poster once, and leaves nothing else behind", async () => {
  const folder = await folderFor();
  await Promise.all([savePoster(folder, bytes, "webp"), savePoster(folder, bytes, "webp")]);
  const first = await stat(posterPath(folder, sha256, "webp").path);
  await savePoster(folder, bytes, "webp");
  expect((await stat(posterPath(folder, sha256, "webp").path)).ino).toBe(first.ino);
  expect(await readdir(join(folder, sha256.slice(0, 2)))).toEqual([`${sha256}.webp`]);
});

test("writes a file again that is not as long as it must be", async () => {
  const folder = await folderFor();
  await savePoster(folder, bytes, "png");
  await writeFile(posterPath(folder, sha256, "png").path, "cut");
  await savePoster(folder, bytes, "png");
  expect(await readPoster(folder, sha256, "png")).toEqual(bytes);
});

test("names what is missing", async () => {
  const folder = await folderFor();
  const error = await readPoster(folder, sha256, "png").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    code: "POSTER_UNREADABLE",
    message: `expected the poster ${sha256.slice(0, 2)}/${sha256}.png in the poster store, but it is not there`,
  });
});

test("leads nowhere but into its folder", () => {
  expect(() => posterPath("posters", "../../etc/passwd", "png")).toThrow(
    new RangeError('expected a SHA-256 in hex, received "../../etc/passwd"'),
  );
  expect(() => posterPath("posters", sha256, "svg" as "png")).toThrow(
    new RangeError('expected a poster format of jpeg, png or webp, received "svg"'),
  );
});
