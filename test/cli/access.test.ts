/** `marquee token` and `marquee documents`. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { copyFolder, failure, run, runJson, tempFolder } from "./run.js";

let data: string;

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

beforeAll(async () => {
  data = await tempFolder();
  await run(["setup"], { dataDir: data });
});

describe("marquee token", () => {
  test("creates tokens of each scope, lists and revokes them", async () => {
    const dataDir = await copyFolder(data);
    const editor = await runJson<{ token: string; id: number }>(["token", "create", "links"], { dataDir });
    expect(editor).toMatchObject({
      token: expect.stringMatching(/^mq_/),
      id: 1,
      name: "links",
      scope: "editor",
      userId: null,
    });
    await runJson(["token", "create", "app", "--scope", "user", "--user", "42"], { dataDir });
    const all = await runJson<object[]>(["token", "list"], { dataDir });
    expect(all).toMatchObject([
      { id: 1, name: "links", scope: "editor", userId: null, lastUsedAt: null },
      { id: 2, name: "app", scope: "user", userId: 42, lastUsedAt: null },
    ]);
    expect(JSON.stringify(all)).not.toContain("mq_");
    const { stdout } = await run(["token", "list"], { dataDir });
    expect(stdout).toMatch(/links.*editor.*never[\s\S]*app.*user.*42/);
    expect((await run(["token", "revoke", "1"], { dataDir })).stderr).toContain("Revoked token 1, links (editor).");
    expect(await runJson(["token", "list"], { dataDir })).toHaveLength(1);
  });

  test.each<[string[], string, number?]>([
    [["token", "create", "a", "--scope", "owner"], 'expected user, editor or admin for --scope, received "owner"', 2],
    [["token", "create", "a", "--scope", "user"], "a token of the scope user needs a user: add --user <number>"],
    [["token", "create", "a", "--user", "99999"], "there is no user 99999; the data set has users 1 to 600"],
    [["token", "create", "a", "--user", "x"], 'expected a user\'s number in the data set, such as 42, received "x"'],
    [["token", "revoke", "99"], "there is no token 99; there are no tokens yet: create one with marquee token create"],
    [["token", "revoke", "x"], 'expected a whole number from 1 to 2147483647 for <number>, received "x"', 2],
  ])("%j fails with one clear line", async (args, message, code = 1) => {
    expect(await failure(args, { dataDir: await copyFolder(data) }, code)).toBe(message);
  });
});

describe("marquee documents", () => {
  const title = "query Title($id: ID!) { movie(id: $id) { title } }";
  const top = "query Top { topMovies { score } }";

  async function createFolder(files: Record<string, string>): Promise<string> {
    const folder = await tempFolder();
    await mkdir(join(folder, "pages"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  }

  test("trusts a folder's files and manifests, twice without effect, lists and removes them", async () => {
    const dataDir = await copyFolder(data);
    const folder = await createFolder({
      "pages/title.graphql": title,
      "manifest.json": JSON.stringify({ [`sha256:${hashOf(top)}`]: top }),
      "notes.txt": "no document",
    });
    const first = await runJson<{ added: number; documents: object[] }>(["documents", "add", folder], { dataDir });
    expect(first).toEqual({
      added: 2,
      documents: [
        { hash: hashOf(top), source: "manifest.json" },
        { hash: hashOf(title), source: join("pages", "title.graphql") },
      ],
    });
    expect(await runJson(["documents", "add", folder], { dataDir })).toMatchObject({ added: 0 });
    expect(await runJson(["documents", "list"], { dataDir })).toMatchObject([{ text: top }, { text: title }]);
    await run(["documents", "remove", hashOf(top)], { dataDir });
    expect(await runJson(["documents", "list"], { dataDir })).toMatchObject([{ text: title }]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      "a field that is not there",
      { "a.graphql": "{ movie(id: 1) { titel } }", "b.graphql": title },
      /^expected a document of this schema in a\.graphql: Cannot query field "titel"/,
    ],
    [
      "no operation",
      { "a.graphql": "fragment F on Movie { title }" },
      /^expected one operation in a\.graphql, received none or several$/,
    ],
    ["no GraphQL", { "a.graphql": "{" }, /^expected a GraphQL document in a\.graphql: Syntax Error/],
    [
      "a wrong hash",
      { "a.json": JSON.stringify({ abc: title }) },
      /^expected each document of a\.json under its SHA-256, received "abc"/,
    ],
    ["no manifest", { "a.json": "[]" }, /^expected an object of hashes and documents in a\.json, received "\[\]"$/],
    ["nothing", {}, /^expected \.graphql, \.gql or \.json files in .*, received none$/],
  ])("refuses all of a folder with %s", async (_what, files, message) => {
    const dataDir = await copyFolder(data);
    expect(await failure(["documents", "add", await createFolder(files)], { dataDir })).toMatch(message);
    expect(await runJson(["documents", "list"], { dataDir })).toEqual([]);
  });

  test("trusts documents with @defer for a server that offers it", async () => {
    const dataDir = await copyFolder(data);
    const folder = await createFolder({ "a.graphql": "{ movie(id: 1) { title ... @defer { year } } }" });
    expect(await failure(["documents", "add", folder], { dataDir })).toMatch(/: Unknown directive "@defer"\.$/);
    expect(await runJson(["documents", "add", folder, "--defer", "on"], { dataDir })).toMatchObject({ added: 1 });
  });

  test("refuses a folder that does not exist, and an unknown hash", async () => {
    expect(await failure(["documents", "add", "/nowhere"], { dataDir: data })).toMatch(
      /^expected a folder of documents at \/nowhere: /,
    );
    expect(await failure(["documents", "remove", "abc"], { dataDir: data })).toBe(
      'there is no trusted document "abc": marquee documents list shows the hashes',
    );
  });
});
