/** What the head of an encoder learns from: its graph's hash says whether it learned anything else. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { embedPosters } from "../../../src/jobs/embed-posters.js";
import { trainHead } from "../../../src/jobs/encoders/train-head.js";
import { setupEmbedded } from "../../../src/jobs/setup-embedded.js";
import { defaultSplit, isHeldOut } from "../../../src/ml/data/split.js";
import { minLikeStars } from "../../../src/ml/encoder-training/co-likes.js";
import { openServices, type Services } from "../../../src/services/services.js";
import { rawDatabase } from "../../support/database.js";

let services: Services;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "marquee-heads-"));
  services = openServices(folder);
  await setupEmbedded(services);
  await embedPosters(services);
  return async () => {
    await services.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
});

/** The head as it is learned now. */
async function learnHead() {
  const base = await services.encoders.inUse();
  const { graphSha256, training } = await trainHead(services, { base, name: "taste", folds: 0, seed: 3 });
  return { graphSha256, likes: training.likes };
}

/** Likes become dislikes, the other way round too, of some ratings. */
function turn(which: "held out" | "learned from", most: number): number {
  const sqlite = rawDatabase(services);
  const rows = sqlite.prepare("SELECT user_id AS u, movie_id AS m, rating FROM ratings ORDER BY 1, 2").all() as {
    u: Parameters<typeof isHeldOut>[1];
    m: Parameters<typeof isHeldOut>[2];
    rating: number;
  }[];
  const set = sqlite.prepare("UPDATE ratings SET rating = ? WHERE user_id = ? AND movie_id = ?");
  const chosen = rows
    .filter(({ u, m }) => isHeldOut(defaultSplit.seed, u, m, defaultSplit.share) === (which === "held out"))
    .slice(0, most);
  for (const { u, m, rating } of chosen) set.run(rating >= minLikeStars ? 1 : 5, u, m);
  return chosen.length;
}

describe("the head of an encoder", () => {
  test("is the same whatever the ratings are that models hold out, and another where one changes that they learn from", async () => {
    const before = await learnHead();
    expect(turn("held out", Number.POSITIVE_INFINITY)).toBeGreaterThan(1000);
    expect(await learnHead()).toEqual(before);
    turn("learned from", 1);
    expect((await learnHead()).graphSha256).not.toBe(before.graphSha256);
  });
});
