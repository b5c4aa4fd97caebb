/** Users are prepared ahead of their requests: by training, again where they changed, and not at all where a model needs nothing of them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import { importMovieLens } from "../../src/jobs/import/import-movielens.js";
import { prepareUsers } from "../../src/jobs/prepare-users.js";
import { renewPrepared } from "../../src/jobs/renew-prepared.js";
import { trainModel } from "../../src/jobs/train/train-model.js";
import { rankerDefaults } from "../../src/ml/ranker/ranker-train.js";
import { mfDefaults } from "../../src/ml/training/mf-train.js";
import { toModelId } from "../../src/services/prepare-user.js";
import { openServices, type Services } from "../../src/services/services.js";
import { run } from "../cli/run.js";
import { rawDatabase } from "../support/database.js";
import { emptyFolder } from "../support/fixture.js";
import { recordProgress } from "./record-progress.js";

const users = 120;
let dataDir: string;
let services: Services;

beforeEach(async () => {
  const folder = await emptyFolder();
  const ratings = Array.from({ length: users * 12 }, (_, i) => {
    const [user, movie] = [1 + Math.floor(i / 12), 1 + ((i * 7) % 40)];
    return `${user},${movie},${user % 2 === movie % 2 ? 5 : 2}`;
  });
  const movies = Array.from({ length: 40 }, (_, i) => `${i + 1},Film ${i + 1} (${1970 + i}),Drama`);
  await writeFile(join(folder, "movies.csv"), `movieId,title,genres\n${movies.join("\n")}\n`);
  await writeFile(join(folder, "ratings.csv"), `userId,movieId,rating\n${[...new Set(ratings)].join("\n")}\n`);
  dataDir = join(folder, "data");
  services = openServices(dataDir);
  onTestFinished(() => services.close());
  await importMovieLens(services, { from: folder });
  const ranker = {
    ...rankerDefaults,
    ials: { ...rankerDefaults.ials, factors: 4, iterations: 2 },
    weights: { ials: 0.5, ease: 0.5, stars: 0 },
  };
  await trainModel(services, { model: { kind: "mf", mf: { ...mfDefaults, factors: 4, iterations: 2 } }, ranker });
});

const count = () => rawDatabase(services).prepare("SELECT count(*) FROM prepared_users").pluck().get();

describe("preparing users", () => {
  test("is done by training, so that nothing is left to do", async () => {
    expect(count()).toBe(users);
    expect(await prepareUsers(services)).toEqual({ model: "mf", prepared: 0, isNeeded: true });
  });

  test("does it again for those who rated since", async () => {
    await services.store.ratings.set(userId(7), [{ movieId: movieId(1), stars: 3.5 }], 1);
    expect((await prepareUsers(services)).prepared).toBe(1);
    expect((await prepareUsers(services)).prepared).toBe(0);
  });

  test("shows progress, and goes on where it was stopped", async () => {
    rawDatabase(services).exec("DELETE FROM prepared_users");
    const stopping = new AbortController();
    const progress = recordProgress(() => stopping.abort());
    const stopped = await prepareUsers(services, { signal: stopping.signal }, progress);
    expect(stopped.prepared).toBe(50);
    expect(progress.updates).toEqual([{ stage: "prepare", done: 50, total: users, unit: "users" }]);
    expect(count()).toBe(50);
    const rest = recordProgress();
    expect((await prepareUsers(services, {}, rest)).prepared).toBe(users - 50);
    rest.check();
  });

  test("is a command, which says what it did", async () => {
    rawDatabase(services).exec("DELETE FROM prepared_users WHERE user_id > 100");
    const { stdout, code } = await run(["models", "prepare", "--json"], { dataDir });
    expect([code, JSON.parse(stdout)]).toEqual([0, { model: "mf", prepared: 20, isNeeded: true }]);
    expect((await run(["models", "prepare"], { dataDir })).stdout).toContain("prepared 0 users for mf");
  });
});

describe("a server", () => {
  const revisions = async (ids: readonly number[]) => {
    const { store, models } = services;
    const rows = await store.preparedUsers.byUserIds(toModelId(await models.get()), ids.map(userId));
    const present = await store.users.byIds(ids.map(userId));
    return rows.map((row, i) => ({ prepared: row?.revision, present: present[i]?.revision }));
  };
  const rate = (by: Services, user: number, movie: number) =>
    by.store.ratings.set(userId(user), [{ movieId: movieId(movie), stars: 3.5 }], 1);

  function renew() {
    const stopping = new AbortController();
    const running = renewPrepared(services, { signal: stopping.signal, everyMs: 100, share: 0.9 });
    const stop = async () => {
      stopping.abort();
      await running;
    };
    onTestFinished(stop);
    return stop;
  }

  test("prepares users anew after they rated, and nobody else", async () => {
    rawDatabase(services).exec("DELETE FROM prepared_users WHERE user_id = 9");
    const before = await revisions([8]);
    renew();
    for (const movie of [1, 2, 3]) await rate(services, 7, movie);
    await rate(services, 9, 1);
    await expect
      .poll(async () => (await revisions([7])).every(({ prepared, present }) => prepared === present))
      .toBe(true);
    expect(await revisions([8])).toEqual(before);
    expect((await revisions([9]))[0].prepared).toBeUndefined();
  });

  test("prepares those anew who rated through another process", async () => {
    const other = openServices(dataDir);
    onTestFinished(() => other.close());
    renew();
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const user of [3, 117]) await rate(other, user, 5);
    const isCurrent = async () => (await revisions([3, 117])).every(({ prepared, present }) => prepared === present);
    await expect.poll(isCurrent, { timeout: 5000 }).toBe(true);
  });

  test("goes on once a model serves again", async () => {
    const stop = renew();
    const database = rawDatabase(services);
    const [row] = database.prepare("SELECT value FROM settings WHERE key = 'activeModel'").all() as { value: string }[];
    database.exec("DELETE FROM settings WHERE key = 'activeModel'");
    await rate(services, 7, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    database.prepare("INSERT INTO settings (key, value) VALUES ('activeModel', ?)").run(row.value);
    await rate(services, 8, 1);
    await expect
      .poll(async () => (await revisions([8])).every(({ prepared, present }) => prepared === present))
      .toBe(true);
    await stop();
  });
});
