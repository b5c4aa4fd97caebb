/** Promises of movies, statistics and links. */
import { describe, expect, it } from "vitest";
import { firstOwnId, type ImdbId, type MovieId, movieId, userId } from "../../src/ids.js";
import type { Link } from "../../src/store/links.js";
import type { MovieFilter, MovieOrderField } from "../../src/store/movies.js";
import type { OpenStore } from "./contract.js";
import { dataset, fill, imdb, picture } from "./data.js";

const linkTo = (imdbId: string): Link => ({
  imdbId: imdb(imdbId),
  tmdbId: null,
  linkSource: "import",
  linkConfidence: 1,
  linkEvidence: null,
});

export function movieContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());
  const listIds = async (filter: MovieFilter, field: MovieOrderField = "NUMBER", descending = false, limit = 10) => {
    const store = await open();
    const page = await store.movies.list("all", filter, { field, descending }, { limit });
    return page.map(({ node }) => node.id);
  };

  describe("movies", () => {
    it("are given in the order of the ids, each as often as it is asked for, undefined for unknown ones", async () => {
      const { movies } = await open();
      const found = await movies.byIds([20, 99, 10, 20].map(movieId));
      expect(found.map((movie) => movie?.displayTitle)).toEqual(["Amélie", undefined, "The Matrix", "Amélie"]);
      expect(await movies.byIds([])).toEqual([]);
    });

    it("have a version that changes with every change of a movie or a link, through this process or another, and with nothing else", async () => {
      const openStore = await makeStore();
      const [one, other] = [await fill(await openStore()), await openStore()];
      const seen = new Set([await one.movies.version()]);
      const changes = [
        () => other.links.set([{ movieId: movieId(10), imdbId: imdb("tt0000001") }]),
        () => one.movies.findOrAdd({ title: "Heat (1995)", displayTitle: "Heat", year: 1995, genres: ["Crime"] }),
        () => other.movies.update(movieId(20), (before) => ({ ...before, year: 2002, genres: ["Comedy"] })),
        () => other.links.replaceImported(() => new Map([[movieId(30), linkTo("tt0000077")]]), []),
      ];
      for (const [k, change] of changes.entries()) {
        await change();
        seen.add(await one.movies.version());
        expect(seen.size).toBe(k + 2);
      }
      const found = await one.movies.byIds([10, 20, 30].map(movieId));
      expect(found.map((movie) => [movie?.imdbId, movie?.year])).toEqual([
        ["tt0000001", 1999],
        ["tt00000020", 2002],
        ["tt0000077", 1979],
      ]);
      await one.ratings.set(userId(1), [{ movieId: movieId(10), stars: 2 }], 1);
      await other.posters.set([picture(30, "c")]);
      await one.links.set([{ movieId: movieId(10), imdbId: imdb("tt0000001") }]);
      expect(seen).toContain(await one.movies.version());
    });

    it("have every column as it was given", async () => {
      const { movies } = await open();
      const [movie] = await movies.byImdbIds([imdb("tt00000030")]);
      expect(movie).toEqual({
        id: 30,
        position: 0,
        title: "Alien (1979)",
        displayTitle: "Alien",
        year: 1979,
        genres: "Horror|Sci-Fi",
        imdbId: "tt00000030",
        tmdbId: null,
        linkSource: "import",
        linkConfidence: 1,
        linkEvidence: "stated",
        edited: false,
      });
    });

    it("stand in the data set's own order, and count", async () => {
      const { movies } = await open();
      expect((await movies.all()).map(({ id }) => id)).toEqual([30, 10, 20, 50, 40]);
      expect(await movies.all()).toContainEqual(expect.objectContaining({ id: 40, imdbId: "tt00000040" }));
      expect(await movies.count()).toBe(5);
      expect(await movies.countLinked()).toBe(5);
      expect(await movies.firstId()).toBe(10);
    });

    it("are none in an empty store", async () => {
      const { movies } = await (await makeStore())();
      expect([await movies.all(), await movies.count(), await movies.firstId()]).toEqual([[], 0, undefined]);
      expect(await movies.list("all", {}, { field: "YEAR", descending: true }, { limit: 5 })).toEqual([]);
    });

    it.each<[MovieFilter, number[]]>([
      [{ search: "matrix" }, [10, 50]],
      [{ search: "AMELIE" }, [20]],
      [{ search: "mat rev" }, [50]],
      [{ search: "100%" }, [40]],
      [{ search: "%" }, [40]],
      [{ search: "   " }, [10, 20, 30, 40, 50]],
      [{ genres: ["sci-fi", "ACTION"] }, [10]],
      [{ anyGenre: ["Horror", "Romance"] }, [20, 30]],
      [{ anyGenre: [] }, []],
      [{ excludeGenres: ["Action"] }, [20, 30, 40]],
      [{ excludeGenres: [] }, [10, 20, 30, 40, 50]],
      [{ years: { from: 1999, to: 2001 } }, [10, 20]],
      [{ ratingCount: { from: 2 } }, [10, 20]],
      [{ ratingCount: { to: 0 } }, [40]],
      [{ meanRating: { from: 4.5 } }, [20, 30]],
      [{ hasPoster: true }, [10, 20]],
      [{ hasPoster: false }, [30, 40, 50]],
      [{ linked: false }, []],
      [{ uncertainLink: true }, []],
      [{ genres: ["Action"], years: { to: 2000 }, hasPoster: true }, [10]],
    ])("that match %o are %o, and the count agrees", async (filter, ids) => {
      const store = await open();
      const page = await store.movies.list("all", filter, { field: "NUMBER", descending: false }, { limit: 10 });
      expect(page.map(({ node }) => node.id)).toEqual(ids);
      expect(await store.movies.count("all", filter)).toBe(ids.length);
    });

    it.each<[MovieOrderField, boolean, number[]]>([
      ["NUMBER", true, [50, 40, 30, 20, 10]],
      ["TITLE", false, [40, 30, 20, 50, 10]],
      ["YEAR", true, [40, 50, 20, 10, 30]],
      // Equally many ratings: the lower id first, or last in descending order.
      ["POPULARITY", false, [40, 30, 50, 20, 10]],
      ["POPULARITY", true, [10, 20, 50, 30, 40]],
      ["MEAN_RATING", true, [30, 20, 10, 50, 40]],
    ])("are ordered by %s, descending: %o", async (field, descending, ids) => {
      expect(await listIds({}, field, descending)).toEqual(ids);
    });

    it("that are searched come by relevance: equal, beginning, containing, then the most rated", async () => {
      expect(await listIds({ search: "matrix" }, "RELEVANCE")).toEqual([10, 50]);
      expect(await listIds({ search: "matrix rev" }, "RELEVANCE")).toEqual([50]);
    });

    it("come in pages that neither repeat nor skip, forwards and backwards", async () => {
      const { movies } = await open();
      const order = { field: "POPULARITY", descending: true } as const;
      const whole = await movies.list("all", {}, order, { limit: 10 });
      const keyOf = ({ node, value }: (typeof whole)[number]) => ({ value, id: node.id });
      const first = await movies.list("all", {}, order, { limit: 2 });
      const second = await movies.list("all", {}, order, { after: keyOf(first[1]), limit: 2 });
      const third = await movies.list("all", {}, order, { after: keyOf(second[1]), limit: 2 });
      expect([...first, ...second, ...third]).toEqual(whole);
      const back = await movies.list("all", {}, order, { before: keyOf(whole[3]), limit: 2, inverted: true });
      expect(back).toEqual([whole[2], whole[1]]);
      expect(await movies.list("all", {}, order, { limit: 0 })).toEqual([]);
    });

    it("are added once for each title and year, in whatever spelling, under ids of the API's own", async () => {
      const { movies, settings } = await open();
      const before = await settings.serving();
      const added = await movies.findOrAdd({
        title: "Heat (1995)",
        displayTitle: "Heat",
        year: 1995,
        genres: ["Crime"],
      });
      expect(added).toMatchObject({ id: firstOwnId, position: 5, genres: "Crime", edited: true, imdbId: null });
      expect((await settings.serving()).dataset?.revision).toBe((before.dataset?.revision ?? 0) + 1);
      const again = await movies.findOrAdd({ title: "HEAT (1995)", displayTitle: "HEAT", year: 1995, genres: [] });
      expect(again).toEqual(added);
      const other = await movies.findOrAdd({ title: "Heat (1996)", displayTitle: "Heat", year: 1996, genres: [] });
      expect(other.id).toBe(firstOwnId + 1);
      expect(
        await movies.findOrAdd({ title: "Amelie (2001)", displayTitle: "Amelie", year: 2001, genres: [] }),
      ).toMatchObject({ id: 20 });
    });

    it("are updated from what they are, and stay untouched where nothing changes", async () => {
      const { movies, settings } = await open();
      const updated = await movies.update(movieId(30), ({ title, displayTitle }) => ({
        title,
        displayTitle,
        year: 1980,
        genres: ["Horror"],
      }));
      expect(updated).toMatchObject({ year: 1980, genres: "Horror", edited: true });
      const { dataset: after } = await settings.serving();
      await movies.update(movieId(30), (before) => ({ ...before, genres: before.genres.split("|") }));
      expect((await settings.serving()).dataset).toEqual(after);
      expect(await movies.update(movieId(99), (before) => ({ ...before, genres: [] }))).toBeUndefined();
      expect(
        (await movies.list("all", { search: "alien" }, { field: "NUMBER", descending: false }, { limit: 1 })).length,
      ).toBe(1);
    });
  });

  describe("statistics", () => {
    it("are those of each movie in the order of the ids, zeros without ratings", async () => {
      const { statistics } = await open();
      const [one, none, unknown] = await statistics.ofMovies("all", [10, 40, 99].map(movieId));
      expect(one).toEqual({
        ratingCount: 3,
        meanRating: 3.5,
        lastRatedAt: 250,
        histogram: [0, 0, 0, 1, 0, 0, 0, 1, 1, 0],
      });
      expect(none).toMatchObject({ ratingCount: 0, meanRating: null, lastRatedAt: null });
      expect(unknown).toEqual(none);
    });

    it("follow every rating that comes, changes and goes", async () => {
      const { statistics, ratings } = await open();
      const get = async () => (await statistics.ofMovies("all", [movieId(10)]))[0];
      await ratings.set(1 as never, [{ movieId: movieId(10), stars: 1 }], 900);
      expect(await get()).toMatchObject({ ratingCount: 3, meanRating: 2.5, lastRatedAt: 900 });
      await ratings.delete(1 as never, movieId(10));
      expect(await get()).toMatchObject({ ratingCount: 2, meanRating: 3.25 });
      expect(await statistics.totals("all")).toEqual({ count: 6, mean: (5 + 5 + 3 + 2 + 5 + 4.5) / 6 });
    });

    it("rank movies by the number of ratings and by the Bayesian average", async () => {
      const { statistics } = await open();
      expect(await statistics.mostRated("all", 2)).toEqual([10, 20]);
      const best = await statistics.bestRated("all", 4, 2, 3);
      expect(best.map(({ movieId: id }) => id)).toEqual([20, 30, 10]);
      expect(best[0].score).toBeCloseTo((2 * 4 + 10) / 4, 12);
      expect(await statistics.ratedAtLeast("all", 2)).toEqual(new Set([10, 20]));
    });

    it("count ratings of private users in tens only", async () => {
      const { statistics } = await open();
      expect(await statistics.totals("private")).toEqual({ count: 0, mean: null });
      expect(await statistics.mostRated("private", 5)).toEqual([]);
    });

    it("are empty in an empty store", async () => {
      const { statistics } = await (await makeStore())();
      expect(await statistics.totals("all")).toEqual({ count: 0, mean: null });
    });
  });

  describe("links", () => {
    it("are set by hand one after another; each that cannot be leaves the others alone", async () => {
      const { links } = await open();
      const results = await links.set([
        { movieId: movieId(10), imdbId: imdb("tt0000001") },
        { movieId: movieId(20), imdbId: imdb("tt0000001") },
        { movieId: movieId(99), imdbId: imdb("tt0000002") },
        { movieId: movieId(30), imdbId: null },
      ]);
      expect(results).toMatchObject([
        { movie: { id: 10, imdbId: "tt0000001", linkSource: "manual", linkConfidence: 1, linkEvidence: null } },
        { takenBy: { id: 10 } },
        { missing: 99 },
        { movie: { id: 30, imdbId: null, linkSource: "manual", linkConfidence: null } },
      ]);
      expect(await links.set([])).toEqual([]);
    });

    it("that change forget what providers said, and remove a poster that TMDB gave", async () => {
      const { links, posters } = await open();
      const [poster] = await posters.byMovieIds([movieId(10)]);
      await posters.recordFetch(
        { movieId: movieId(10), provider: "tmdb", outcome: "found", detail: null, etag: "x", fetchedAt: 1, retryAt: 2 },
        { ...(poster as NonNullable<typeof poster>), sha256: "c".repeat(64), source: "tmdb" },
      );
      await links.set([{ movieId: movieId(10), imdbId: imdb("tt0000001") }]);
      expect(await posters.fetches([movieId(10)])).toEqual([]);
      expect(await posters.byMovieIds([movieId(10)])).toEqual([undefined]);
    });

    it("of imports are replaced together, may swap ids, and leave those made by hand", async () => {
      const { links, movies } = await open();
      await links.set([{ movieId: movieId(20), imdbId: imdb("tt0000020") }]);
      const link = (id: string): Link => ({
        imdbId: imdb(id),
        tmdbId: 7,
        linkSource: "import",
        linkConfidence: 0.7,
        linkEvidence: "swapped",
      });
      let seen: MovieId[] = [];
      let taken: ReadonlySet<ImdbId> = new Set();
      const changed = await links.replaceImported((rows, byHand) => {
        seen = rows.map(({ id }) => id);
        taken = byHand;
        return new Map([
          [movieId(10), link("tt00000030")],
          [movieId(30), link("tt00000010")],
        ]);
      }, []);
      expect(seen).toEqual([30, 10, 50, 40]);
      expect(taken).toEqual(new Set(["tt0000020"]));
      expect(changed).toBe(2);
      const [ten, thirty, fifty] = await movies.byIds([10, 30, 50].map(movieId));
      expect([ten?.imdbId, thirty?.imdbId, fifty?.imdbId]).toEqual(["tt00000030", "tt00000010", "tt00000050"]);
      expect(await links.replaceImported(() => new Map([[movieId(10), link("tt00000030")]]), [])).toBe(0);
    });

    it("change nothing where deciding fails", async () => {
      const { links, movies } = await open();
      const before = await movies.all();
      await expect(
        links.replaceImported(() => {
          throw new Error("undecided");
        }, []),
      ).rejects.toThrow("undecided");
      expect(await movies.all()).toEqual(before);
    });

    it("are searched among the films of the latest reference", async () => {
      const { links } = await open();
      const film = {
        movieId: movieId(1),
        title: "Toy Story (1995)",
        year: 1995,
        imdbId: imdb("tt0114709"),
        tmdbId: 862,
      };
      const decide = () => new Map();
      await links.replaceImported(decide, [{ ...film, names: "toy story" }]);
      expect(await links.searchReference(["story", "heat"], 5)).toEqual([film]);
      await links.replaceImported(decide, []);
      expect(await links.searchReference(["toy"], 5)).toEqual([film]);
      await links.replaceImported(decide, [{ ...film, movieId: movieId(2), names: "other" }]);
      expect(await links.searchReference(["toy"], 5)).toEqual([]);
      expect(await links.searchReference([], 5)).toEqual([]);
      expect(await links.searchReference(['"', "other"], 5)).toHaveLength(1);
    });
  });

  it("knows the data set that it was filled with", async () => {
    const store = await open();
    expect(await store.settings.serving()).toEqual({
      dataset: { ...dataset.dataset, revision: 1 },
      activeModel: "small-model",
      activeEncoder: undefined,
    });
  });
}
