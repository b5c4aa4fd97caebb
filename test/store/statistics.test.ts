/** What movies' ratings add up to for whoever may read whom, against the same counted plainly. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MovieId } from "../../src/ids.js";
import { mulberry32 } from "../../src/random.js";
import { type Database, openDatabase } from "../../src/store/sqlite/database.js";
import { recountAfter } from "../../src/store/sqlite/recount.js";
import { createStatisticsStore } from "../../src/store/sqlite/statistics.js";
import type { Audience } from "../../src/store/statistics.js";
import { emptyFolder } from "../support/fixture.js";

interface Row {
  userId: number;
  movieId: number;
  stars: number;
  at: number | null;
}

const movie = 7 as MovieId;
const [importedUsers, createdUsers] = [20, 60];
const isImported = (userId: number) => userId <= importedUsers;

async function withUsers(): Promise<Database> {
  const db = openDatabase(join(await emptyFolder(), "marquee.db"));
  db.sqlite.exec(
    "INSERT INTO movies (id, position, title, display_title, genres) VALUES (7, 0, 'A', 'A', ''), (8, 1, 'B', 'B', '')",
  );
  const insert = db.sqlite.prepare("INSERT INTO users (id, source) VALUES (?, ?)");
  for (let id = 1; id <= importedUsers + createdUsers; id++) insert.run(id, isImported(id) ? "import" : "api");
  return db;
}

function rate(db: Database, userId: number, stars: number, at: number | null = null, movieId: number = movie): void {
  db.sqlite
    .prepare(
      `INSERT INTO ratings (user_id, movie_id, rating, rated_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (user_id, movie_id) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at`,
    )
    .run(userId, movieId, stars, at);
}

function unrate(db: Database, userId: number): void {
  db.sqlite.prepare("DELETE FROM ratings WHERE user_id = ? AND movie_id = ?").run(userId, movie);
}

const seen = async (db: Database, audience: Audience) =>
  (await createStatisticsStore(db).ofMovies(audience, [movie]))[0];
const audiences = ["all", "published", "private"] as const;
const counts = async (db: Database) =>
  Promise.all(audiences.map(async (audience) => (await seen(db, audience)).ratingCount));

function plainly(rows: readonly Row[]) {
  const times = rows.flatMap(({ at }) => (at === null ? [] : [at]));
  return {
    ratingCount: rows.length,
    meanRating: rows.length === 0 ? null : rows.reduce((sum, { stars }) => sum + stars, 0) / rows.length,
    lastRatedAt: times.length === 0 ? null : Math.max(...times),
    histogram: Array.from({ length: 10 }, (_, k) => rows.filter(({ stars }) => stars * 2 === k + 1).length),
  };
}

describe("what triggers keep", () => {
  test("is for all what counting gives, and without people who were added here what counting imported users' gives", async () => {
    const db = await withUsers();
    const random = mulberry32(11);
    const rows = new Map<number, Row>();
    for (let step = 0; step < 1500; step++) {
      // Nine created users: never enough to be counted with the others.
      const userId = 1 + Math.floor(random() * (importedUsers + 9));
      const deed = random();
      if (deed < 0.7) {
        const row = {
          userId,
          movieId: movie,
          stars: (1 + Math.floor(random() * 10)) / 2,
          at: random() < 0.2 ? null : step,
        };
        rows.set(userId, row);
        rate(db, userId, row.stars, row.at);
      } else if (deed < 0.98) {
        rows.delete(userId);
        unrate(db, userId);
      } else {
        rows.delete(userId);
        db.sqlite.prepare("DELETE FROM users WHERE id = ?").run(userId);
        db.sqlite
          .prepare("INSERT INTO users (id, source) VALUES (?, ?)")
          .run(userId, isImported(userId) ? "import" : "api");
      }
      if (deed > 0.995) recountAfter(db, () => {});
      const current = [...rows.values()];
      expect(await seen(db, "all")).toEqual(plainly(current));
      expect(await seen(db, "published")).toEqual(plainly(current.filter((row) => isImported(row.userId))));
    }
    db.close();
  });

  test("takes in people whom a reader may not read ten at a time", async () => {
    const db = await withUsers();
    rate(db, 1, 4);
    for (let n = 1; n <= 25; n++) {
      rate(db, importedUsers + n, 2);
      const tens = Math.floor(n / 10) * 10;
      // Ten of all were there when the ninth came, twenty at the nineteenth.
      expect(await counts(db)).toEqual([1 + n, 1 + tens, Math.floor((n + 1) / 10) * 10]);
    }
    const before = await seen(db, "published");
    expect(before).toMatchObject({ ratingCount: 21, meanRating: (4 + 20 * 2) / 21 });
    // A change of stars is nobody's to see, until ten more have come.
    rate(db, importedUsers + 1, 5);
    expect(await seen(db, "published")).toEqual(before);
    // What may be read counts at once.
    rate(db, 2, 4);
    expect(await seen(db, "published")).toMatchObject({ ratingCount: 22, meanRating: (2 * 4 + 20 * 2) / 22 });
    for (let n = 26; n <= 30; n++) rate(db, importedUsers + n, 2);
    expect(await seen(db, "published")).toMatchObject({ ratingCount: 32, meanRating: (2 * 4 + 29 * 2 + 5) / 32 });
    db.close();
  });

  test("leaves them out again ten at a time, and where fewer than ten are left", async () => {
    const db = await withUsers();
    for (let n = 1; n <= 12; n++) rate(db, importedUsers + n, 3);
    expect(await counts(db)).toEqual([12, 10, 10]);
    for (let n = 1; n <= 9; n++) {
      unrate(db, importedUsers + n);
      expect(await counts(db)).toEqual([12 - n, 10, 10]);
    }
    // Another comes and goes: nothing is counted anew, whoever may be made to come and go.
    for (const deed of [() => rate(db, importedUsers + 40, 1), () => unrate(db, importedUsers + 40)]) {
      deed();
      expect((await counts(db)).slice(1)).toEqual([10, 10]);
    }
    for (let n = 10; n <= 12; n++) db.sqlite.prepare("DELETE FROM users WHERE id = ?").run(importedUsers + n);
    expect(await counts(db)).toEqual([0, 0, 0]);
    rate(db, importedUsers + 1, 3);
    expect(await counts(db)).toEqual([1, 0, 0]);
    db.close();
  });

  test("stays as it was when everything is counted anew, as an import does", async () => {
    const db = await withUsers();
    rate(db, 1, 4, 100);
    for (let n = 1; n <= 17; n++) rate(db, importedUsers + n, 2, 200 + n);
    const before = await Promise.all(audiences.map((audience) => seen(db, audience)));
    expect(await counts(db)).toEqual([18, 11, 10]);
    recountAfter(db, () => {});
    expect(await Promise.all(audiences.map((audience) => seen(db, audience)))).toEqual(before);
    // Other ratings of imported users are counted; the ten beside them are the same.
    recountAfter(db, () => {
      db.sqlite.exec("UPDATE ratings SET rating = 1 WHERE user_id = 1");
      rate(db, 2, 1, 300);
    });
    expect(await seen(db, "published")).toMatchObject({
      ratingCount: 12,
      meanRating: (2 * 1 + 10 * 2) / 12,
      lastRatedAt: 300,
    });
    db.sqlite.exec("DELETE FROM ratings");
    recountAfter(db, () => {});
    expect(await counts(db)).toEqual([0, 0, 0]);
    db.close();
  });

  test("is never mistaken by a rating that changes hands", async () => {
    const db = await withUsers();
    rate(db, 1, 4);
    for (const change of ["user_id = 2", "movie_id = 8"]) {
      expect(() => db.sqlite.exec(`UPDATE ratings SET ${change}`)).toThrow(/a rating keeps its user and its movie/);
    }
    db.close();
  });
});
