/** The real archives, where they lie beside the checkout; MovieLens data may not be redistributed with it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { matchLinks, readLinkReference } from "../../../src/datasets/linking/link.js";
import { searchLinks } from "../../../src/datasets/linking/link-search.js";
import { readMovies, readRatings, readUsers } from "../../../src/datasets/movielens/read.js";
import { parseImdbId } from "../../../src/ids.js";
import { all, open, openDataset, strict } from "../../datasets/movielens/fixtures.js";

const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const ml1m = `${data}ml-1m.zip`;
const links = `${data}ml-25m-links.zip`;
const here = existsSync(ml1m) && existsSync(links);
if (!here)
  console.log("skipped: tests on real MovieLens data, since ml-1m.zip and ml-25m-links.zip are not in shared/data");

describe.skipIf(!here)("MovieLens 1M itself", () => {
  test("is read whole", { timeout: 60_000 }, async () => {
    const { source, dataset } = await openDataset(ml1m);
    expect(dataset).toMatchObject({ kind: "1m", name: "ml-1m" });
    const movies = await all(readMovies(source, dataset, strict));
    const users = await all(readUsers(source, dataset, strict));
    expect([movies.length, users.length]).toEqual([3883, 6040]);
    expect(movies.find((movie) => movie.movieId === 738)?.title).toBe("Garcu, Le (1995)");
    expect(movies.find((movie) => movie.movieId === 1176)?.title).toContain("La Double Vie de Véronique");
    let count = 0;
    let sum = 0;
    let bytes = 0;
    const raters = new Set<number>();
    const options = { ...strict, onBytes: (n: number) => (bytes += n) };
    for await (const batch of readRatings(source, dataset, options)) {
      for (const row of batch) {
        count++;
        sum += row.rating;
        raters.add(row.userId);
      }
    }
    expect([count, sum, raters.size]).toEqual([1_000_209, 3_582_313, 6040]);
    expect(bytes).toBe(source.files.find((file) => file.name === dataset.files.ratings)!.size);
  });

  test("has 3,849 movies in 25M, and all of them pass the check of title and year", { timeout: 60_000 }, async () => {
    const { source, dataset } = await openDataset(ml1m);
    const movies = await all(readMovies(source, dataset, strict));
    const reference = await readLinkReference(await open(links));
    expect(reference.size).toBe(62_423);

    const matches = matchLinks(movies, reference);
    const unlinked = matches.flatMap((match) => (match.linked ? [] : match.reason.replace(/\d+$/, "N")));
    const noIds = "the reference has the movie (same id, title and year), but neither an IMDb nor a TMDB id for it";
    expect(unlinked.filter((reason) => reason === "the reference has no movie N")).toHaveLength(34);
    // This copy of links.csv lacks the lines without a TMDB id.
    expect(unlinked.filter((reason) => reason !== "the reference has no movie N").length).toBe(18);
    expect(unlinked).toContain(noIds);

    const anyId = parseImdbId("tt0000001")!;
    const filled = new Map([...reference].map(([id, row]) => [id, { ...row, imdbId: row.imdbId ?? anyId }]));
    const all3849 = matchLinks(movies, filled).filter((match) => match.linked);
    expect(all3849).toHaveLength(3849);
    const low = all3849.filter((match) => match.confidence === "low").map((match) => match.movieId);
    expect(low).toEqual([1065, 1706, 1911, 2588, 2684, 2845, 3589, 3722]);

    const taken = new Set(matches.filter((match) => match.linked).map((match) => match.movieId));
    const rest = movies.filter((_, i) => !matches[i]!.linked);
    const found = searchLinks(rest, reference, taken).filter((match) => match.linked);
    expect(found.find((match) => match.movieId === 1294)).toMatchObject({ imdbId: "tt0066026", confidence: "medium" });
    expect(found).toHaveLength(20);
  });

  test("finds no agreement where ids are shifted by one", { timeout: 60_000 }, async () => {
    const { source, dataset } = await openDataset(ml1m);
    const movies = await all(readMovies(source, dataset, strict));
    const reference = await readLinkReference(await open(links));
    const shifted = movies.map(({ movieId }, i) => ({ movieId, title: movies[(i + 1) % movies.length]!.title }));
    const high = matchLinks(shifted, reference).filter((match) => match.linked && match.confidence === "high");
    expect(high.length).toBeLessThan(movies.length / 100);
  });
});
