/** What README shows is what the program does. */
import { readFile } from "node:fs/promises";
import { pino } from "pino";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { settings } from "../src/config/config.js";
import { userId } from "../src/ids.js";
import { setupEmbedded } from "../src/jobs/setup-embedded.js";
import { makeToken } from "../src/resolvers/system/edit-tokens.js";
import { createApp } from "../src/server/app.js";
import { openServices } from "../src/services/services.js";
import { appOptions, ask, emptyFolder } from "./support/fixture.js";

let readme = "";
beforeAll(async () => {
  readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
});

interface Shown {
  data: { user: { topRated: string[]; recommendations: { title: string; score: number; similarity: number }[] } };
}

describe("README", () => {
  test("shows the answer that its first query gets from the embedded data set", async () => {
    const [query, answer] = [/```graphql\n(.*?)\n```/s, /```json\n(.*?)\n```/s].map((block) => block.exec(readme)?.[1]);
    const shown: Shown = JSON.parse(answer as string);
    const services = openServices(await emptyFolder());
    onTestFinished(() => services.close());
    await setupEmbedded(services);
    const app = createApp(services, appOptions, pino({ level: "silent" }));
    const { data, errors } = (await ask(app, query as string)) as Shown & { errors?: unknown };
    expect(errors).toBeUndefined();
    expect(data.user.topRated).toEqual(shown.data.user.topRated);
    expect(data.user.recommendations.map(({ title }) => title)).toEqual(
      shown.data.user.recommendations.map(({ title }) => title),
    );
    data.user.recommendations.forEach(({ score, similarity }, i) => {
      expect(score).toBeCloseTo(shown.data.user.recommendations[i].score, 4);
      expect(similarity).toBeCloseTo(shown.data.user.recommendations[i].similarity, 4);
    });
  });

  test.each(["README.md", "docs/api.md"])(
    "every query of %s has an answer from the embedded data set",
    async (file) => {
      const text = await readFile(new URL(`../${file}`, import.meta.url), "utf8");
      const services = openServices(await emptyFolder());
      onTestFinished(() => services.close());
      await setupEmbedded(services);
      const app = createApp(services, appOptions, pino({ level: "silent" }));
      const admin = (await makeToken(services, { name: "test", scope: "admin" })).secret;
      const viewer = (await makeToken(services, { name: "test", scope: "user", userId: userId(42) })).secret;
      const blocks = [...text.matchAll(/```graphql( viewer)?\n(.*?)\n```/gs)];
      expect(blocks.length).toBeGreaterThan(3);
      for (const [, whose, query] of blocks) {
        const { errors, data } = await ask(app, query, { token: whose === undefined ? admin : viewer });
        expect([query, errors]).toEqual([query, undefined]);
        if (!/^\s*mutation\b/.test(query)) continue;
        // A named error is no success either.
        for (const result of Object.values(data as Record<string, Record<string, unknown>>)) {
          expect([query, result.code, result.message]).toEqual([query, undefined, undefined]);
          expect(String(result.__typename ?? "Payload")).toMatch(/Payload$/);
        }
      }
    },
  );

  test.each(Object.values(settings))("docs/settings.md lists $env with its flag and default", async (setting) => {
    const { env, flag, default: value } = setting;
    const page = await readFile(new URL("../docs/settings.md", import.meta.url), "utf8");
    expect(page).toContain(`| \`${env}\` | \`--${flag}\` | ${value === "" ? "none" : `\`${value}\``} |`);
  });
});
