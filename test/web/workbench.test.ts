/** What editors mend on the page: links accepted by key or typed, and posters by drop, in a real browser. */
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { type ImdbId, type MovieId, movieId, userId } from "../../src/ids.js";
import { planLinks } from "../../src/jobs/import/match-links.js";
import { serve } from "../../src/server/listen.js";
import { describeWithBrowser, visit } from "../support/browser.js";
import { fixture, moviesWithPosters, type Started, start } from "../support/fixture.js";
import { accessibilityProblems } from "./serve-page.js";

async function startBench(scope: "editor" | "user" = "editor") {
  const started = await start();
  await addReference(started);
  // The most rated stand first.
  const popular = [1, 858].map((id) => ({ movieId: movieId(id), stars: 4 }));
  for (const { id } of fixture.users) await started.services.store.ratings.set(userId(id), popular, 1_000_000_000);
  const server = await serve(started.app, "127.0.0.1", 0);
  onTestFinished(() => server.stop());
  const token = await started.tokenOf(scope, scope === "user" ? 42 : undefined);
  return { ...started, ...(await visit(`${server.address}/?view=workbench#token=${token}`)) };
}

/** Films under other numbers than here, which link nothing by themselves. */
async function addReference({ services }: Started): Promise<void> {
  const film = (title: string, imdbId: string) => ({ title, imdbId: imdbId as ImdbId, tmdbId: null });
  const reference = new Map<MovieId, ReturnType<typeof film>>([
    [movieId(90_001), film("Toy Story: The Other One (1995)", "tt0114709")],
    [movieId(90_002), film("Toy Story 2 (1999)", "tt0120363")],
  ]);
  const plan = planLinks(reference);
  await services.store.links.replaceImported(plan.decide, plan.reference);
}

describeWithBrowser("the workbench", () => {
  test("shows candidates side by side, accepts one by its digit, and goes on to the next movie", async () => {
    const { page, data, complaints } = await startBench();
    await page.getByText(`${fixture.movies.length} to go`).waitFor();
    await page.getByRole("button", { name: "Toy Story (1995)" }).click();
    await page.getByRole("heading", { name: "Toy Story" }).waitFor();
    await page.locator(".candidates li").nth(1).waitFor();
    const first = await page.locator(".candidates strong").first().textContent();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("1");
    await page.getByText(`${fixture.movies.length - 1} to go`).waitFor();
    const { movie } = await data("{ movie(id: 1) { imdbId linkEvidence } }");
    expect(movie.imdbId).toBe(first?.startsWith("Toy Story 2") ? "tt0120363" : "tt0114709");
    expect(await page.locator("#movie-heading").textContent()).not.toBe("Toy Story");
    expect(complaints).toEqual([]);
  });

  test("links what is typed, and says what is wrong with it", async () => {
    const { page, data } = await startBench();
    await page.getByRole("button", { name: "Godfather, The (1972)" }).click();
    await page.getByRole("heading", { name: "The Godfather" }).waitFor();
    await page.getByRole("textbox", { name: "Another" }).fill("nm0000158");
    await page.getByRole("button", { name: "Link", exact: true }).click();
    await page
      .getByRole("alert")
      .getByText(/expected an IMDb id such as tt0114709/)
      .waitFor();
    await page.getByRole("textbox", { name: "Another" }).fill("https://www.imdb.com/title/tt0068646/");
    await page.getByRole("button", { name: "Link", exact: true }).click();
    await page.getByText(`${fixture.movies.length - 1} to go`).waitFor();
    expect((await data("{ movie(id: 858) { imdbId } }")).movie.imdbId).toBe("tt0068646");
  });

  test("gives a movie the picture that is dropped on it, and refuses what is none", async () => {
    const { page, data } = await startBench();
    const without = fixture.movies.length - moviesWithPosters().length;
    await page.getByRole("button", { name: "Without a poster" }).click();
    await page.getByText(`${without} to go`).waitFor();
    const title = await page.locator("#movie-heading").textContent();
    const drop = (bytes: Buffer, name: string) =>
      page.locator(".drop").evaluate(
        (zone, file) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(file.bytes)], file.name, { type: "image/png" }));
          zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
        },
        { bytes: [...bytes], name },
      );
    await drop(Buffer.from("no picture"), "a.png");
    await page
      .getByRole("alert")
      .getByText(/This picture cannot be used/)
      .waitFor();
    await drop(
      await sharp({ create: { width: 60, height: 90, channels: 3, background: "#345" } })
        .png()
        .toBuffer(),
      "b.png",
    );
    await page.getByText(`${without - 1} to go`).waitFor();
    const { movies } = await data(
      "query ($title: String!) { movies(search: $title, first: 1) { edges { node { poster { source width } } } } }",
      {
        variables: { title },
      },
    );
    expect(movies.edges[0].node.poster).toEqual({ source: "upload", width: 60 });
  });

  test("is for editors: others are told which token it takes", async () => {
    const { page } = await startBench("user");
    await page.getByText("Sign in with a token of the scope editor").waitFor();
    expect(await page.getByRole("link", { name: "Workbench" }).count()).toBe(0);
  });
});
