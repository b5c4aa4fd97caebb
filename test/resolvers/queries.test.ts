/**
 * What front ends ask, and how often the database is read for it: N+1 is impossible. Each file of test/queries is asked
 * for 15 rows and for 30; the statements are counted, and their number stands here.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fixture, globalId, start } from "../support/fixture.js";

const folder = fileURLToPath(new URL("../queries", import.meta.url));

/** Statements of each query, once model, catalogue and posters are in memory. */
const expected: Record<string, number> = {
  about: 6,
  browse: 4,
  charts: 6,
  filtered: 5,
  "guest-by-posters": 6,
  guest: 2,
  "home-by-posters": 10,
  home: 8,
  links: 5,
  "movie-page": 10,
  nodes: 2,
  profile: 8,
  "ratings-of-a-movie": 6,
  "ratings-of-a-user": 7,
  "recommendations-paged": 6,
  search: 6,
  "shelf-of-a-user": 7,
  "similar-of-many": 6,
  users: 3,
  viewer: 7,
};

const names = readdirSync(folder).map((file) => file.replace(".graphql", ""));

test("every query has its number", () => {
  expect(Object.keys(expected).sort()).toEqual(names.sort());
  expect(names).toHaveLength(20);
});

describe("statements", () => {
  test.each(names)("of %s", async (name) => {
    const log: string[] = [];
    const { data, tokenOf } = await start({ onSql: (sql) => log.push(sql), cache: false });
    const token = name === "viewer" ? await tokenOf("user", 42) : undefined;
    const text = readFileSync(join(folder, `${name}.graphql`), "utf8");
    const template = /^# variables: (.*)$/m.exec(text)?.[1] as string;
    const count = async (n: number) => {
      const ids = fixture.movies.slice(0, n).map(({ id }) => globalId("Movie", id));
      const variables = JSON.parse(template.replaceAll("N", String(n)).replaceAll("IDS", JSON.stringify(ids)));
      log.length = 0;
      const answer = await data(text, { variables, token });
      // When a token was used is written down once a minute.
      const own = log.filter((sql) => !/"tokens" set|^(?:BEGIN|COMMIT)/i.test(sql));
      return { own, rows: JSON.stringify(answer).length };
    };
    // Loads the model, and what is kept in memory.
    await count(30);
    const few = await count(15);
    const many = await count(30);
    // The token's look-up is one more.
    expect([name, many.own.length]).toEqual([name, expected[name]]);
    expect([name, few.own.length]).toEqual([name, many.own.length]);
    expect(many.rows).toBeGreaterThanOrEqual(few.rows);
  });
});
