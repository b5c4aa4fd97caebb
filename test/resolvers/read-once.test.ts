/** The README's query reads nothing twice. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { start } from "../support/fixture.js";

/** A statement without its values: the same text is the same read. */
const toShape = (sql: string) => sql.replace(/'(?:[^']|'')*'/g, "?").replace(/\b\d+(?:\.\d+)?\b/g, "?");

test("README's query runs each of its statements once, for all fields and stages together", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const query = /```graphql\n(.*?)\n```/s.exec(readme)?.[1] as string;
  const log: string[] = [];
  const { data } = await start({ onSql: (sql) => log.push(sql), cache: false });
  // The model, the catalogue and the posters of the first request stay in memory.
  await data(query);
  log.length = 0;
  expect((await data(query)).user.recommendations).toHaveLength(5);
  const shapes = log.map(toShape);
  expect(shapes).toEqual([...new Set(shapes)]);
  const tables = log.map(
    (sql) => /\bfrom "?(settings|users|movies|ratings|dismissals|posters|poster_embeddings)\b/i.exec(sql)?.[1],
  );
  // What they dismissed; embeddings and posters of the best-rated movies and of the candidates; the best three ratings, for `topRated` and for the posters, and
  // all ratings, as the model takes them; what serves, and the version of the posters; the user. Titles are in memory.
  expect(tables.sort()).toEqual([
    "dismissals",
    "poster_embeddings",
    "posters",
    "ratings",
    "ratings",
    "settings",
    "settings",
    "users",
  ]);
});
