/** What a killed process left of the files that it was writing goes at the next start, and nothing else. */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeLeftOvers, temporaryName } from "../../src/files/temporary.js";

test("unfinished files of processes that have ended are removed, those of others are not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "marquee-left-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { pid: ended } = spawnSync(process.execPath, ["-e", ""]);
  const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  await mkdir(join(folder, "posters", "ab"), { recursive: true });
  const mine = temporaryName(join(folder, "posters", "ab", "mine.jpg"));
  const files = {
    gone: join(folder, "posters", "ab", `x.jpg.${ended}-${uuid}.tmp`),
    folder: join(folder, `.writing.${ended}-${uuid}.tmp`, "weights"),
    old: join(folder, `y.png.${uuid}.tmp`),
    young: join(folder, `z.png.${uuid}.tmp`),
    mine,
    notOurs: join(folder, "notes.tmp"),
    poster: join(folder, "posters", "ab", "poster.jpg"),
  };
  await mkdir(join(folder, `.writing.${ended}-${uuid}.tmp`));
  for (const file of Object.values(files)) await writeFile(file, "some");
  await utimes(files.old, 0, 0);
  expect(await removeLeftOvers(folder)).toBe(3);
  expect((await readdir(folder)).sort()).toEqual(["notes.tmp", "posters", `z.png.${uuid}.tmp`]);
  expect((await readdir(join(folder, "posters", "ab"))).length).toBe(2);
  expect(await removeLeftOvers(join(folder, "nowhere"))).toBe(0);
});
