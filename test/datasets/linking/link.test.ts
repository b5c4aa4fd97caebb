import { describe, expect, test } from "vitest";
import { type LinkReference, matchLinks, readLinkReference } from "../../../src/datasets/linking/link.js";
import { searchLinks } from "../../../src/datasets/linking/link-search.js";
import { movieId, parseImdbId } from "../../../src/ids.js";
import { failure, folderWith, inside, mlCsv, open, zipWith } from "../movielens/fixtures.js";

const imdbId = parseImdbId("tt0000001")!;

const movies = (titles: string[]) => titles.map((title, i) => ({ movieId: movieId(i + 1), title }));

/** A reference whose ids count up from `first`. */
const reference = (titles: (string | null)[], first = 1) =>
  new Map(
    titles.map((title, i): [ReturnType<typeof movieId>, LinkReference] => [
      movieId(first + i),
      { title, imdbId, tmdbId: 5 },
    ]),
  );

const link = (title: string, other: string | null) => matchLinks(movies([title]), reference([other]))[0];

const linked = { movieId: 1, linked: true, imdbId, tmdbId: 5 };

describe("matchLinks", () => {
  test.each([
    ["Toy Story (1995)", "Toy Story (1995)", "high", "same id, title and year"],
    ["Supercop (1992)", "Supercop (Police Story 3: Supercop) (1992)", "high", "same id, title and year"],
    [
      "Steamboat Willie (1940)",
      "Steamboat Willie (1928)",
      "medium",
      "same id and title, year differs: 1940 is 1928 there",
    ],
    [
      "Vacation (1983)",
      "National Lampoon's Vacation (1983)",
      "medium",
      'same id, title differs: "Vacation (1983)" is "National Lampoon\'s Vacation (1983)" there',
    ],
    [
      "Taxman (1999)",
      "Promise Her Anything (1999)",
      "low",
      'same id, title differs: "Taxman (1999)" is "Promise Her Anything (1999)" there',
    ],
  ])("%s and %s: %s confidence", (title, other, confidence, evidence) => {
    expect(link(title, other)).toEqual({ ...linked, confidence, evidence });
  });

  test("says that nothing could be checked against ids alone", () => {
    const evidence = "same id; the reference has no titles, so nothing could be checked";
    expect(link("Toy Story (1995)", null)).toEqual({ ...linked, confidence: "low", evidence });
  });

  test("refuses a row whose title and year are another film's", () => {
    expect(link("Toy Story (1995)", "Seven Samurai (Shichinin no samurai) (1954)")).toEqual({
      movieId: 1,
      linked: false,
      reason:
        'same id, but title and year are another film\'s: "Seven Samurai (Shichinin no samurai) (1954)" is not "Toy Story (1995)"',
    });
  });

  test("says why there is no link", () => {
    const rows = new Map([[movieId(1), { title: "Low Life (1994)", imdbId: null, tmdbId: null }]]);
    expect(matchLinks(movies(["Low Life, The (1994)", "Harlem (1993)"]), rows)).toEqual([
      {
        movieId: 1,
        linked: false,
        reason: "the reference has the movie (same id, title and year), but neither an IMDb nor a TMDB id for it",
      },
      { movieId: 2, linked: false, reason: "the reference has no movie 2" },
    ]);
  });
});

describe("searchLinks", () => {
  const rows = reference(["M*A*S*H (a.k.a. MASH) (1970)", "Dracula (1931)", "Horror of Dracula (Dracula) (1958)"], 100);

  test("finds a film by title and year under another id", () => {
    expect(
      searchLinks(movies(["MASH (1970)", "Dracula (1959)", "Solar Crisis (1993)", "Kronos"]), rows, new Set()),
    ).toEqual([
      {
        ...linked,
        confidence: "medium",
        evidence: 'found by title and year as movie 100, "M*A*S*H (a.k.a. MASH) (1970)"',
      },
      {
        ...linked,
        movieId: 2,
        confidence: "low",
        evidence: 'found by title and year as movie 102, "Horror of Dracula (Dracula) (1958)"',
      },
      {
        movieId: 3,
        linked: false,
        reason: "no other film of the reference has its title and year",
      },
      { movieId: 4, linked: false, reason: '"Kronos" has no year to search by' },
    ]);
  });

  test("takes the film with most names in common, and none where that does not decide", () => {
    const two = reference(["Blue Angel, The (1930)", "Blue Angel, The (Blaue Engel, Der) (1930)"], 100);
    const [angel, plain] = searchLinks(
      movies(["Blue Angel, The (Blaue Engel, Der) (1930)", "Blue Angel, The (1930)"]),
      two,
      new Set(),
    );
    expect(angel).toMatchObject({ linked: true, evidence: expect.stringContaining("as movie 101,") });
    expect(plain).toEqual({
      movieId: 2,
      linked: false,
      reason: 'the reference has several films like "Blue Angel, The (1930)": 100, 101',
    });
  });

  test("leaves alone what already stands for a movie", () => {
    const [first, second] = searchLinks(movies(["MASH (1970)", "M*A*S*H (1970)"]), rows, new Set());
    expect(first!.linked).toBe(true);
    expect(second).toEqual({
      movieId: 2,
      linked: false,
      reason: "movie 1 was already linked as movie 100 of the reference",
    });
    expect(searchLinks(movies(["MASH (1970)"]), rows, new Set([movieId(100)]))[0]!.linked).toBe(false);
  });
});

describe("readLinkReference", () => {
  test("reads links with titles beside them, from any folder, without ratings", async () => {
    const { "ratings.csv": _, ...files } = mlCsv;
    const found = await readLinkReference(await open(await zipWith(inside("ml-25m", files))));
    expect([...found]).toEqual([
      [1, { title: "Toy Story (1995)", imdbId: "tt0114709", tmdbId: 862 }],
      [
        29,
        { title: "City of Lost Children, The (Cité des enfants perdus, La) (1995)", imdbId: "tt0112682", tmdbId: null },
      ],
      [30, { title: 'Say "Hello" (1990)', imdbId: null, tmdbId: null }],
    ]);
  });

  test("reads links alone", async () => {
    const found = await readLinkReference(await open(await folderWith({ "links.csv": mlCsv["links.csv"]! })));
    expect(found.get(movieId(1))).toEqual({ title: null, imdbId: "tt0114709", tmdbId: 862 });
  });

  test("refuses a source without links", async () => {
    const path = await folderWith({ "movies.csv": mlCsv["movies.csv"]! });
    expect(await failure(open(path).then((source) => readLinkReference(source)))).toBe(
      `DATA_FORMAT: ${path}: expected a links.csv to link movies by, but there is none`,
    );
  });
});
