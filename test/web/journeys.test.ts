/** What visitors of the page do, in a real browser, on the server as `npm start` runs it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { tempFolder } from "../cli/run.js";
import { describeWithBrowser, type Visit, type VisitOptions, visit } from "../support/browser.js";
import { accessibilityProblems, changedWall, type ServedPage, servePage, settle, titlesOnWall } from "./serve-page.js";

let served: ServedPage;

const open = (place = "", options?: VisitOptions): Promise<Visit> => visit(`${served.address}${place}`, options);

describeWithBrowser("the page", () => {
  beforeAll(async () => {
    served = await servePage();
  });

  test("shows at once what a user loves and what we suggest, from its own server alone, without a complaint of the browser", async () => {
    const { page, loaded, complaints } = await open();
    const titles = await titlesOnWall(page);
    expect(titles.length).toBeGreaterThanOrEqual(21);
    expect(await page.locator("h1").textContent()).toBe("People choose what to watch by its poster.");
    expect(await page.locator(".loved .title").allTextContents()).toEqual([
      "Parasite",
      "The Grand Budapest Hotel",
      "The Princess Bride",
    ]);
    expect(titles).not.toContain("Parasite");
    await settle(page);
    expect(loaded.filter((address) => !address.startsWith(served.address))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("begins with the words that it goes on with, before its script has come", async () => {
    const words = async (page: Visit["page"]) => {
      const all = await page.locator("nav a, .hero h1, .hero > p").allTextContents();
      return all.map((text) => text.replace(/\s+/g, " ").trim());
    };
    const { page: waiting } = await open("", { blocked: /\.js$/ });
    const { page: unanswered } = await open("", { blocked: /\/graphql$/ });
    await unanswered.getByRole("alert").waitFor();
    const { page } = await open();
    await titlesOnWall(page);
    expect(await words(page)).toHaveLength(6);
    expect(await words(waiting)).toEqual(await words(page));
    expect(await words(unanswered)).toEqual(await words(page));
  });

  test("points from each suggestion to the loved poster that it looks like, by pointer and by keyboard", async () => {
    const { page } = await open();
    await titlesOnWall(page);
    const tile = page.locator(".wall li[data-tint] .tile").first();
    const resembled = /like (.+)$/.exec((await tile.locator(".like").textContent()) ?? "")?.[1];
    const highlighted = page.locator('.loved li[data-on="true"] .title');
    await tile.hover();
    expect(await highlighted.allTextContents()).toEqual([resembled]);
    await page.mouse.move(0, 0);
    expect(await highlighted.count()).toBe(0);
    await tile.focus();
    expect(await highlighted.allTextContents()).toEqual([resembled]);
  });

  test("ranks anew by modes and sliders, with the keys too", async () => {
    const { page } = await open();
    const both = await titlesOnWall(page);
    await page.getByRole("button", { name: "By taste" }).click();
    const byTaste = await changedWall(page, both);
    await page.getByRole("button", { name: "By posters" }).click();
    const byPosters = await changedWall(page, byTaste);
    expect(byPosters).not.toEqual(both);
    const popularity = page.getByRole("slider", { name: "Popularity" });
    await popularity.focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft");
    expect(await popularity.getAttribute("aria-valuenow")).toBe("-0.5");
    await changedWall(page, byPosters);
  });

  test("shows any user, says where there is none, and keeps the user in the address", async () => {
    const { page } = await open();
    const first = await titlesOnWall(page);
    await page.getByRole("textbox", { name: "User" }).fill("7");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("heading", { name: "User 7 loves" }).waitFor();
    const seventh = await changedWall(page, first);
    expect(new URL(page.url()).search).toBe("?user=7");
    await page.reload();
    expect(await titlesOnWall(page)).toEqual(seventh);
    await page.goBack();
    await page.getByRole("heading", { name: "User 42 loves" }).waitFor();
    await page.getByText("Somebody…").click();
    await page.getByRole("combobox", { name: "Who" }).selectOption("a woman");
    await page.getByRole("combobox", { name: "Aged" }).selectOption("25 to 34");
    await page.getByRole("button", { name: "Show one" }).click();
    await page.getByText(/^woman, 25 to 34/).waitFor();
    expect(await page.getByRole("button", { name: "Show one" }).isVisible()).toBe(false);
    const address = page.url();
    expect(address).toMatch(/user=\d+$/);
    await page.getByRole("button", { name: "Surprise me" }).click();
    await expect.poll(() => page.url(), { timeout: 30_000 }).not.toBe(address);
    expect(page.url()).toMatch(/user=\d+$/);
    await page.goto(`${served.address}?user=999999`);
    await page.getByText("There is no user 999999 on this server.").waitFor();
  });

  test("recommends to a guest who rates a few, keeps that in the browser, and a dismissed suggestion stays away", async () => {
    const { page } = await open();
    const before = await titlesOnWall(page);
    await page.getByRole("button", { name: "Be yourself" }).click();
    const usual = await changedWall(page, before);
    const rate = page.getByRole("region", { name: "Rate a few movies" });
    const rated = await rate.locator(".title").nth(0).textContent();
    // As a person does: the star under the pointer; the second one by keyboard.
    await rate.getByRole("group").nth(0).locator("label").nth(9).click();
    const afterOne = await changedWall(page, usual);
    await rate.getByRole("group").nth(1).getByRole("radio").first().focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    const afterTwo = await changedWall(page, afterOne);
    expect(await page.locator(".loved .title").first().textContent()).toBe(rated);
    expect(afterTwo).not.toContain(rated);
    await page.getByRole("button", { name: `Not this one: ${afterTwo[0]}` }).click();
    const dismissed = await changedWall(page, afterTwo);
    expect(dismissed).not.toContain(afterTwo[0]);
    await page.reload();
    expect(await titlesOnWall(page)).toEqual(dismissed);
    await page.getByRole("button", { name: "Start over" }).click();
    expect((await changedWall(page, dismissed)).slice(0, 5)).toEqual(usual.slice(0, 5));
  });

  test("takes back what was dismissed", async () => {
    const { page } = await open("?user=me");
    const before = await titlesOnWall(page);
    await page.getByRole("button", { name: `Not this one: ${before[2]}` }).click();
    const without = await changedWall(page, before);
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    expect(await changedWall(page, without)).toEqual(before);
  });

  test("takes an export of Letterboxd: shows what it recognised and what not, then recommends from it", async () => {
    const file = join(await tempFolder(), "ratings.csv");
    await writeFile(
      file,
      `Date,Name,Year,Letterboxd URI,Rating
2024-01-03,Jaws,1975,https://boxd.it/a,5
2024-01-04,"Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",1964,https://boxd.it/b,4.5
2024-01-05,Nothing Here,2001,https://boxd.it/c,2
`,
    );
    const { page } = await open("?user=me");
    const before = await titlesOnWall(page);
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByText("Letterboxd: 2 of 3 ratings are of movies here").waitFor();
    await page.getByText("1 left out").click();
    await page.getByRole("cell", { name: "no movie here has this title" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Use these 2 ratings" }).click();
    expect(await changedWall(page, before)).not.toContain("Jaws");
    expect((await page.locator(".loved .title").allTextContents())[0]).toBe("Jaws");
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("dear diary") });
    await page
      .getByText(/This file cannot be used: expected a first line with the names of a rating's column/)
      .waitFor();
  });

  test("ranks only the movies of a list that was pasted", async () => {
    const { page } = await open();
    const before = await titlesOnWall(page);
    const opener = page.getByRole("button", { name: "Choose from a list" });
    await opener.click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => opener.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByLabel("Titles").fill("Jaws (1975)\n- Rocky, 1976\nNothing Here\nGhostbusters\n");
    await page.getByRole("button", { name: "Rank these" }).click();
    expect((await changedWall(page, before)).toSorted()).toEqual(["Ghostbusters", "Jaws", "Rocky"]);
    await page.getByText("Only 3 of your list; 1 not found").waitFor();
    await page.getByRole("button", { name: "All movies" }).click();
    expect(await changedWall(page, ["x"])).toEqual(before);
  });

  test("finds movies, opens one by keyboard, and comes back to it when the panel is closed", async () => {
    const { page } = await open();
    await page.getByRole("searchbox", { name: "Search movies" }).fill("godf");
    await page.getByText("2 found").waitFor();
    const tile = page.locator(".wall .tile").first();
    await tile.focus();
    await page.keyboard.press("Enter");
    const panel = page.getByRole("dialog", { name: "The Godfather" });
    await panel.getByText("predicted for user 42").waitFor();
    await panel.getByText("Posters that look like it").waitFor();
    // Another movie from here has its own predictions and reasons, never those of the one before.
    const own = panel.locator(".own");
    const ofFirst = await own.textContent();
    await panel.locator(".strip .tile").first().click();
    await page.getByRole("dialog", { name: "The Godfather" }).waitFor({ state: "detached" });
    const other = page.getByRole("dialog");
    await other.getByText("predicted for user 42").waitFor();
    expect(await other.locator(".own").textContent()).not.toBe(ofFirst);
    await page.goBack();
    await panel.getByText("predicted for user 42").waitFor();
    expect(await own.textContent()).toBe(ofFirst);
    expect(new URL(page.url()).searchParams.get("movie")).not.toBeNull();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await expect.poll(() => tile.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.goto(`${served.address}?movie=99999`);
    await page.getByRole("dialog", { name: "There is no movie 99999 on this server." }).waitFor();
  });

  test("with a token in the address signs in, forgets it there, and a rating changes the wall in another window too", async () => {
    const { page } = await open(`#token=${served.token}`);
    const watching = await open("?user=11");
    const before = await titlesOnWall(watching.page);
    await page.getByRole("button", { name: "Sign out (admin)" }).waitFor();
    expect(page.url()).not.toContain("token");
    await page.goto(`${served.address}?user=11`);
    expect(await titlesOnWall(page)).toEqual(before);
    await page.locator(".wall .tile").first().click();
    await page.getByRole("dialog").getByRole("group").locator("label").nth(1).click();
    await page.getByRole("button", { name: "Take back" }).waitFor();
    // The other window hears of it through the subscription.
    expect(await changedWall(watching.page, before)).not.toContain(before[0]);
    await page.keyboard.press("Escape");
    expect(await changedWall(page, before)).not.toContain(before[0]);
    await page.getByRole("button", { name: "Sign out (admin)" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });

  test("keeps a guest with their ratings as a user of the server, where the token allows it", async () => {
    const { page } = await open(`#token=${served.token}`);
    await page.getByRole("button", { name: "Be yourself" }).click();
    const rate = page.getByRole("region", { name: "Rate a few movies" });
    const rated = await rate.locator(".title").nth(0).textContent();
    await rate.getByRole("group").nth(0).locator("label").nth(9).click();
    await page.getByRole("button", { name: "Keep me on this server" }).click();
    await page.waitForURL(/user=2000000\d+$/);
    await page.locator(".facts", { hasText: "1 rating" }).waitFor();
    expect(await page.locator(".loved .title").allTextContents()).toEqual([rated]);
  });

  test("maps all posters, chooses one by keys, and opens it", async () => {
    const { page, complaints, loaded } = await open("?view=map");
    await page.getByRole("heading", { name: "300 posters by what they look like" }).waitFor();
    const map = page.getByRole("application");
    await map.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    const label = page.locator(".map-label strong");
    await expect.poll(() => label.textContent()).toMatch(/\(\d{4}\)$/);
    const title = ((await label.textContent()) ?? "").replace(/ \(\d{4}\)$/, "");
    await page.getByRole("button", { name: "Islands" }).click();
    await map.focus();
    await page.keyboard.press("+");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: title }).waitFor();
    // What was drawn is no empty canvas.
    const colours = await page.locator(".map-posters").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(Array.from({ length: 5000 }, (_, i) => data[4 * Math.floor((i * data.length) / 20_000)])).size;
    });
    expect(colours).toBeGreaterThan(20);
    expect(loaded.filter((address) => !address.startsWith(served.address))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("draws what the model predicts", async () => {
    const { page } = await open("?view=model");
    await page.getByRole("img", { name: "Predicted stars for each number of given stars" }).waitFor();
    expect(await page.locator(".cell").count()).toBe(25);
    expect(await page.getByRole("img").count()).toBe(5);
    await page.getByText(/a prediction is/).waitFor();
    await page.getByRole("img", { name: "Error by iteration of training" }).waitFor();
    expect(await page.locator(".series").count()).toBe(2);
  });

  test("sets all models side by side, and shows the one that is chosen", async () => {
    const { page } = await open("?view=model");
    const rows = page.getByRole("table").getByRole("row");
    await rows.getByText("embedded-mf").waitFor();
    expect(await rows.count()).toBe(3);
    expect(await page.locator("tr[aria-current]").textContent()).toContain("serves");
    await rows.getByRole("link", { name: "embedded-baseline" }).click();
    await page.getByRole("img", { name: "Error by epoch of training" }).waitFor();
    expect(await page.locator("tr[aria-current]").textContent()).toContain("embedded-baseline");
    expect(new URL(page.url()).search).toBe("?view=model&model=embedded-baseline");
    await page.goBack();
    await page.getByRole("img", { name: "Error by iteration of training" }).waitFor();
    await page.goto(`${served.address}?view=model&model=nobody`);
    await page.getByRole("link", { name: "show the one that serves" }).click();
    await page.getByRole("img", { name: "Error by iteration of training" }).waitFor();
  });

  test.each(["dark", "light"] as const)("has nothing that axe objects to, in %s, on any view", async (theme) => {
    for (const place of ["", "?user=me", "?view=map", "?view=model", "?q=the", "?movie=1", "?user=999999"]) {
      const { page } = await open(place, { theme });
      await settle(page);
      expect([place, await accessibilityProblems(page)]).toEqual([place, []]);
    }
  });

  test.each([360, 768, 1280, 2560])("fits a window %i pixels wide, and nothing jumps while it loads", async (width) => {
    for (const place of ["", "?user=me", "?view=map", "?view=model", "?q=the"]) {
      const { page } = await open(place, { width, height: Math.min(1400, Math.max(740, width / 2)) });
      await settle(page);
      expect([place, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([place, 0]);
      const shift = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
            }).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => resolve(sum), 100);
          }),
      );
      expect([place, shift < 0.05]).toEqual([place, true]);
    }
  });
});
