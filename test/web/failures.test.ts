/** What the page says when something goes wrong, where it does, and how it goes on. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { start } from "../cli/run.js";
import { describeWithBrowser, visit } from "../support/browser.js";
import { changedWall, servePage, stopAfterTest, titlesOnWall } from "./serve-page.js";

describeWithBrowser("the page, when", () => {
  test("the server is gone, says so, keeps trying, and goes on by itself once it is back", async () => {
    const served = await servePage();
    const { page } = await visit(served.address);
    const before = await titlesOnWall(page);
    const { port } = new URL(served.address);
    served.running.kill("SIGTERM");
    await served.running.finished;
    await page.getByRole("button", { name: "By posters" }).click();
    await page.getByRole("alert").getByText("The server does not answer. Trying again every few seconds.").waitFor();
    expect(await titlesOnWall(page)).toEqual(before);
    const again = start(["serve"], { dataDir: served.dataDir, env: { PORT: port } });
    stopAfterTest({ ...served, running: again });
    await again.waitFor(/Page: /);
    await page.getByRole("alert").waitFor({ state: "detached" });
    await changedWall(page, before);
  });

  test("its token was revoked, says so, and goes on without it", async () => {
    const served = await servePage();
    stopAfterTest(served);
    const { page } = await visit(`${served.address}#token=mq_wrong`);
    await page.getByText("The server no longer accepts this token: it expired, or was revoked.").waitFor();
    await page.getByRole("button", { name: "Go on without it" }).click();
    expect((await titlesOnWall(page)).length).toBeGreaterThan(10);
  });

  test("the files of posters are missing, shows drawn cards", async () => {
    const served = await servePage();
    stopAfterTest(served);
    await rm(join(served.dataDir, "posters"), { recursive: true });
    const { page } = await visit(`${served.address}?q=the`);
    await titlesOnWall(page);
    const widths = () =>
      page
        .locator(".wall img")
        .evaluateAll((images) => (images as HTMLImageElement[]).slice(0, 6).map(({ naturalWidth }) => naturalWidth));
    await expect.poll(async () => Math.min(...(await widths())), { timeout: 60_000 }).toBeGreaterThan(0);
  });

  test("a part of it cannot be loaded, says so there, and loads anew when asked to", async () => {
    const served = await servePage();
    stopAfterTest(served);
    const { page } = await visit(served.address, { blocked: /map-page.*\.js$/ });
    await titlesOnWall(page);
    await page.getByRole("link", { name: "Map" }).click();
    await page.getByRole("alert").getByText("This part of the page could not be loaded").waitFor();
    await page.getByRole("link", { name: "Wall" }).click();
    await titlesOnWall(page);
    await page.getByRole("link", { name: "Map" }).click();
    await page.unroute(/map-page.*\.js$/);
    await page.getByRole("button", { name: "Load the page again" }).click();
    await page.getByRole("heading", { name: "posters by what they look like" }).waitFor();
  });

  test("only users may read, asks for a token", async () => {
    const served = await servePage({ PUBLIC_READ: "off" });
    stopAfterTest(served);
    const { page } = await visit(served.address);
    await page.getByText("This needs a token").first().waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("dialog").getByLabel("Token").fill(served.token);
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    expect((await titlesOnWall(page)).length).toBeGreaterThan(10);
  });
});
