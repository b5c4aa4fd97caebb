/** Tables at several terminal widths, in a pseudo-terminal where `script` of util-linux can open one. */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import stringWidth from "string-width";
import { beforeAll, describe, expect, test } from "vitest";
import { drawTable } from "../../src/cli/terminal/table.js";
import { run, tempFolder } from "./run.js";

const program = fileURLToPath(new URL("../../bin/marquee.js", import.meta.url));
const hasTerminal = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");

/** Lines that a command prints to standard output on a terminal of this width. */
function linesOnTerminal(width: number, args: readonly string[], dataDir: string): string[] {
  const command = `stty cols ${width} && ${[process.execPath, program, ...args].map((arg) => `'${arg}'`).join(" ")} 2>/dev/null`;
  const { stdout, status } = spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect({ args, status }).toEqual({ args, status: 0 });
  return stdout.split(/\r*\n/).slice(0, -1);
}

const keepWideGlyphs = (text: string) => text.replace(/[^\p{Script=Han}\p{Script=Hiragana}]/gu, "");

describe.skipIf(!hasTerminal)("on a terminal", () => {
  const wideTitle = "千と千尋の神隠し そして名前を失くした少女の長い長い物語 (2001)";
  let embedded: string;
  let imported: string;

  beforeAll(async () => {
    embedded = await tempFolder();
    await run(["setup"], { dataDir: embedded });
    await run(["token", "create", "the editors who keep the posters of the cinema in order"], { dataDir: embedded });
    const documents = join(await tempFolder(), "documents");
    await mkdir(documents);
    await writeFile(join(documents, "the-film-of-the-evening.graphql"), "{ __typename }");
    await run(["documents", "add", documents], { dataDir: embedded });

    imported = await tempFolder();
    const files = await tempFolder();
    await writeFile(
      join(files, "movies.csv"),
      `movieId,title,genres\n1,${wideTitle},Animation\n2,"Adventures of Baron Munchausen, The (1988)",Fantasy\n`,
    );
    await writeFile(join(files, "ratings.csv"), "userId,movieId,rating,timestamp\n1,1,4.5,1000000000\n");
    const links = await tempFolder();
    await writeFile(
      join(links, "movies.csv"),
      'movieId,title,genres\n1,Spirited Away (2001),Animation\n2,"Adventures of Baron Munchausen, The (1989)",Fantasy\n',
    );
    await writeFile(join(links, "links.csv"), "movieId,imdbId,tmdbId\n1,0245429,129\n2,0096764,14506\n");
    await run(["import", files, "--links", links], { dataDir: imported });
  });

  describe.each([40, 60, 80, 120])("of %i columns", (width) => {
    test.each([
      ["recommend", "3", "--first", "5"],
      ["models", "list"],
      ["token", "list"],
      ["documents", "list"],
      ...(width === 60 ? [["evaluate", "--details"]] : []),
    ])("%s %s prints no wider line, and all numbers whole", async (...args) => {
      const lines = linesOnTerminal(width, args, embedded);
      expect(lines.filter((line) => stringWidth(line) > width)).toEqual([]);
      const { stdout } = await run(args, { dataDir: embedded });
      const numbers = stdout.match(/(?<![\w.-])-?\d+(?:[.-]\d+)*(?![\w.-])/g) ?? [];
      for (const number of numbers) expect(lines.join("\n")).toContain(number);
    });

    test("titles in double-width characters, and reasons for links, fit", () => {
      const sample = linesOnTerminal(width, ["sample", "-n", "1"], imported);
      const report = linesOnTerminal(width, ["link", "--report"], imported);
      expect([...sample, ...report].filter((line) => stringWidth(line) > width)).toEqual([]);
      expect(keepWideGlyphs(sample.join(""))).toBe(keepWideGlyphs(wideTitle));
    });
  });

  test("a pipe gets each row on one line, however long", async () => {
    const { stdout } = await run(["link", "--report"], { dataDir: imported });
    expect(stdout).toContain(`│ ${wideTitle.replace(" (2001)", "")}`);
    const widest = Math.max(...stdout.split("\n").map((line) => stringWidth(line)));
    expect(widest).toBeGreaterThan(120);
  });
});

describe("a table", () => {
  const head = ["rank", "movie", "title", "predicted"];
  const rows = [
    [1, 260, "Star Wars: Episode IV - A New Hope (a.k.a. Star Wars)", "4.66 ★"],
    [2, 858, "The Godfather", "4.61 ★"],
  ];

  test("has a rule under its headings and none between its rows, wrapped or not", () => {
    for (const width of [undefined, 60]) {
      const lines = drawTable(head, rows, [0, 1, 3], width).split("\n");
      expect(lines.filter((line) => line.startsWith("├"))).toHaveLength(1);
      expect(lines).toHaveLength(width === undefined ? 6 : 7);
    }
  });

  test("is as wide as its content if that fits", () => {
    expect(drawTable(head, rows, [0, 1, 3], 200)).toBe(drawTable(head, rows, [0, 1, 3], undefined));
  });

  test("has a line for each column if the columns do not fit side by side", () => {
    expect(drawTable(head, [rows[1]], [0, 1, 3], 30)).toBe(
      [
        "┌───────────┬───────────────┐",
        "│ rank      │ 2             │",
        "│ movie     │ 858           │",
        "│ title     │ The Godfather │",
        "│ predicted │ 4.61 ★        │",
        "└───────────┴───────────────┘",
      ].join("\n"),
    );
  });

  test("without rows is its headings alone", () => {
    expect(drawTable(["hash", "file"], [], [], 80).split("\n")[1]).toBe("│ hash │ file │");
    expect(stringWidth(drawTable(head, [], [], 20).split("\n")[0] ?? "")).toBeLessThanOrEqual(20);
  });

  test("is never wider than the terminal, whatever it holds", () => {
    for (let width = 20; width <= 120; width++) {
      for (const line of drawTable(head, rows, [0, 1, 3], width).split("\n")) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });
});
