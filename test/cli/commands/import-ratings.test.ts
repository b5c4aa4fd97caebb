/** `marquee import-ratings`, as a separate process on the embedded data. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { failure, run, runJson, tempFolder } from "../run.js";

let data: string;
let file: string;

beforeAll(async () => {
  data = join(await tempFolder(), "data");
  expect((await run(["setup"], { dataDir: data })).code).toBe(0);
  file = join(await tempFolder(), "ratings.csv");
  await writeFile(
    file,
    `Date,Name,Year,Letterboxd URI,Rating
2024-01-03,Parasite,2019,https://boxd.it/a,5
2024-01-04,"Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",1964,https://boxd.it/b,4.5
2024-01-05,The Lion King,2019,https://boxd.it/c,2
`,
  );
});

interface Report {
  service: string;
  scale: string;
  rows: number;
  matched: { movie: string; stars: number }[];
  unmatched: { line: number; reason: string }[];
  import: { id: number; userId: number; added: number } | null;
}

test("shows what is recognised and keeps nothing, unless it is said whose it is", async () => {
  const { code, stdout, stderr } = await run(["import-ratings", file], { dataDir: data });
  expect([code, stdout]).toEqual([
    0,
    "left out: line 4, The Lion King (2019): here it is of 1994: same title, year differs: 2019 is 1994 there\n" +
      "letterboxd, 3 ratings on the scale five: 2 movies found, 0 of them uncertain; 1 left out\n",
  ]);
  expect(stderr).toContain("nothing was kept");
});

test("keeps the ratings as a new user's, who is recommended to at once, and takes them back", async () => {
  const report = await runJson<Report>(["import-ratings", file, "--new", "--json"], { dataDir: data });
  expect(report).toMatchObject({ service: "letterboxd", scale: "FIVE", rows: 3, import: { added: 2 } });
  const { id, userId } = report.import!;
  const recommended = await runJson<{ topRated: { title: string; rating: number }[] }>(
    ["recommend", String(userId), "--json"],
    { dataDir: data },
  );
  expect(recommended.topRated.map(({ rating }) => rating)).toEqual([5, 4.5]);
  expect(
    await runJson(["import-ratings", "--undo", String(id), "--user", String(userId), "--json"], { dataDir: data }),
  ).toEqual({
    importId: id,
    userId,
    restored: 0,
    removed: 2,
    left: 0,
  });
});

test.each([
  [["--new", "--user", "42"], "expected either --user or --new, received both", 2],
  [["--undo", "1", "--user", "42"], "expected either a file or --undo <importId>, received both", 2],
  [["--user", "999999"], "there is no user 999999", 1],
  [["--scale", "seven"], "expected five, ten, hundred or likes for --scale", 2],
])("with %j ends with a clear line", async (flags, message, status) => {
  expect(await failure(["import-ratings", file, ...flags], { dataDir: data }, status)).toContain(message);
});

test("of a file that is missing, or is no export, ends with a clear line", async () => {
  expect(await failure(["import-ratings", join(data, "none.csv")], { dataDir: data })).toContain(
    "expected a file that can be read",
  );
  const other = join(await tempFolder(), "notes.txt");
  await writeFile(other, "dear diary\n");
  expect(await failure(["import-ratings", other], { dataDir: data })).toContain(
    "expected a first line with the names of a rating's column",
  );
});
