/** Imports of a person's ratings by upload: what is shown first, what is set, whose they may be, and how they are undone. */
import { describe, expect, test } from "vitest";
import { answerOf, fixture, type Started, start } from "../support/fixture.js";

const mutation = `mutation ($file: File!, $userId: ID, $dryRun: Boolean, $scale: RatingScale, $onConflict: RatingConflict) {
  importRatings(input: { file: $file, userId: $userId, dryRun: $dryRun, scale: $scale, onConflict: $onConflict }) {
    __typename
    ... on ImportRatingsPayload {
      service scale possibleScales rowCount matchedCount unmatchedCount
      matched { line title rating confidence evidence movie { movieId } before { rating } }
      unmatched { line title reason }
      import { importId added changed kept undoneAt }
      user { userId topRated(first: 1) }
    }
    ... on Error { code message }
  }
}`;

const film = (n: number) => fixture.movieOf(`Film ${n}`);
/** Film 4 is user 3997's, with 5 stars. */
const letterboxd = `Date,Name,Year,Letterboxd URI,Rating
2026-01-01,Film 4,${film(4).year},https://boxd.it/a,1.5
2026-01-02,"Godfather, The",1972,https://boxd.it/b,2
2026-01-03,Film 140,${film(140).year},https://boxd.it/c,4.5
2026-01-04,No Such Film,1990,https://boxd.it/d,4
`;

async function send(
  started: Started,
  content: string | Uint8Array,
  variables: object = {},
  headers: Record<string, string> = {},
) {
  const form = new FormData();
  form.set("operations", JSON.stringify({ query: mutation, variables: { file: null, ...variables } }));
  form.set("map", JSON.stringify({ 0: ["variables.file"] }));
  form.set("0", new File([content as string], "ratings.csv", { type: "text/csv" }));
  const own = { "graphql-require-preflight": "1", ...headers };
  return answerOf(await started.app.fetch("http://localhost/graphql", { method: "POST", headers: own, body: form }));
}

const withToken = (token: string) => ({ authorization: `Bearer ${token}` });

describe("a dry run", () => {
  test("needs no token, shows what is recognised, and sets nothing", async () => {
    const started = await start();
    const before = await started.services.store.ratings.version();
    const { data } = await send(started, letterboxd, { dryRun: true });
    expect(data.importRatings).toEqual({
      __typename: "ImportRatingsPayload",
      service: "LETTERBOXD",
      scale: "FIVE",
      possibleScales: ["FIVE"],
      rowCount: 4,
      matchedCount: 3,
      unmatchedCount: 1,
      matched: [
        { line: 2, title: "Film 4", rating: 1.5, movie: { movieId: film(4).id }, before: null },
        { line: 3, title: "Godfather, The", rating: 2, movie: { movieId: 858 }, before: null },
        { line: 4, title: "Film 140", rating: 4.5, movie: { movieId: film(140).id }, before: null },
      ].map((row) => ({ ...row, confidence: 1, evidence: "same title, same year" })),
      unmatched: [{ line: 5, title: "No Such Film", reason: "no movie here has this title" }],
      import: null,
      user: null,
    });
    expect(await started.services.store.ratings.version()).toBe(before);
  });

  test("for a user shows what they had rated already, to whom may change that only", async () => {
    const started = await start();
    const { data } = await send(started, letterboxd, { dryRun: true, userId: 3997 }, withToken(started.token));
    expect(
      data.importRatings.matched.map(({ before }: { before: { rating: number } | null }) => before?.rating),
    ).toEqual([5, 5, undefined]);
    const { errors } = await send(started, letterboxd, { dryRun: true, userId: 3997 });
    expect(errors?.[0].code).toBe("UNAUTHENTICATED");
  });

  test("is refused to strangers where nothing is public", async () => {
    const started = await start({ publicRead: false });
    const { status, errors } = await send(started, letterboxd, { dryRun: true });
    expect([status, errors?.[0].code]).toEqual([401, "UNAUTHENTICATED"]);
  });
});

describe("an import", () => {
  test("sets the viewer's ratings, counts at once, and is undone by its number", async () => {
    const started = await start();
    const token = await started.tokenOf("user", 3997);
    const topRated = async () => (await started.data("{ user(id: 3997) { topRated } }")).user.topRated;
    const before = await topRated();
    const { data } = await send(
      started,
      letterboxd
        .replace("Film 4,", "Film 5,")
        .replace(`${film(4).year}`, `${film(5).year}`)
        .replace(",1.5", ",5"),
      {},
      withToken(token),
    );
    const { import: made, user, matched } = data.importRatings;
    expect(made).toMatchObject({ added: 1, changed: 2, kept: 0, undoneAt: null });
    expect(matched[0].before).toEqual({ rating: 5 });
    expect(user).toEqual({ userId: 3997, topRated: ["Film 5"] });
    expect((await topRated())[0]).toBe("Film 5");
    const undo = `mutation { undoRatingImport(input: { importId: ${made.importId} }) {
      ... on UndoRatingImportPayload { restored removed left import { undoneAt } user { topRated } } ... on Error { code } } }`;
    const undone = (await started.data(undo, { token })).undoRatingImport;
    expect(undone).toMatchObject({ restored: 2, removed: 1, left: 0, user: { topRated: before } });
    expect(Date.parse(undone.import.undoneAt)).toBeGreaterThan(Date.now() - 600_000);
    const listed = await started.data("{ user(id: 3997) { ratingImports { importId service undoneAt added } } }");
    expect(listed.user.ratingImports).toEqual([
      { importId: made.importId, service: "LETTERBOXD", undoneAt: undone.import.undoneAt, added: 1 },
    ]);
  });

  test("keeps ratings that are there, where that is asked for", async () => {
    const started = await start();
    const { data } = await send(started, letterboxd, { userId: 3997, onConflict: "KEEP" }, withToken(started.token));
    expect(data.importRatings.import).toMatchObject({ added: 1, changed: 0, kept: 2 });
  });

  test("asks for the scale where the ratings do not tell, and takes it", async () => {
    const started = await start();
    const few = `Title,Year,Rating\nFilm 140,${film(140).year},4\n`;
    const shown = await send(started, few, { dryRun: true });
    expect(shown.data.importRatings.possibleScales).toEqual(["FIVE", "TEN"]);
    const refused = await send(started, few, { userId: 42 }, withToken(started.token));
    expect(refused.data.importRatings).toEqual({
      __typename: "ScaleAmbiguousError",
      code: "SCALE_AMBIGUOUS",
      message: "expected the scale of these ratings, which may be FIVE or TEN",
    });
    const taken = await send(started, few, { userId: 42, scale: "TEN" }, withToken(started.token));
    expect(taken.data.importRatings.matched[0].rating).toBe(2);
  });

  test.each([
    ["a file that is none", "\u0001\u0000", {}, "RATINGS_UNREADABLE"],
    ["a file that is too large", `Title,Rating\n${"x".repeat(2 * 2 ** 20)}`, {}, "RATINGS_UNREADABLE"],
    ["a user who does not exist", letterboxd, { userId: 777 }, "USER_NOT_FOUND"],
    ["an id that is none", letterboxd, { userId: "x" }, "INVALID_ID"],
  ])("refuses %s by name", async (_what, content, variables, code) => {
    const started = await start();
    const { data } = await send(started, content, { userId: 42, ...variables }, withToken(started.token));
    expect(data.importRatings.code).toBe(code);
  });

  test("is refused without a token, for another's user, and for a token of no user", async () => {
    const started = await start();
    const codeOf = async (variables: object, token?: string) =>
      (await send(started, letterboxd, variables, token === undefined ? {} : withToken(token))).errors?.[0].code;
    expect(await codeOf({})).toBe("UNAUTHENTICATED");
    expect(await codeOf({ userId: 42 }, await started.tokenOf("user", 3997))).toBe("FORBIDDEN");
    expect(await codeOf({}, await started.tokenOf("editor"))).toBe("INVALID_ARGUMENT");
  });

  test("that somebody else made, or nobody, cannot be undone", async () => {
    const started = await start();
    const { data } = await send(started, letterboxd, { userId: 3997 }, withToken(started.token));
    const undo = `mutation { undoRatingImport(input: { importId: ${data.importRatings.import.importId} }) { ... on Error { code message } } }`;
    expect((await started.data(undo, { token: await started.tokenOf("user", 42) })).undoRatingImport).toEqual({
      code: "IMPORT_NOT_FOUND",
      message: `user 42 has no import ${data.importRatings.import.importId} of ratings`,
    });
  });

  test("of a stranger is read up to 2 MiB, and cannot be a poster", async () => {
    const started = await start();
    const { status, errors } = await send(started, "x".repeat(3 * 2 ** 20), { dryRun: true });
    expect([status, errors?.[0].code]).toEqual([413, "BODY_TOO_LARGE"]);
    const form = new FormData();
    form.set(
      "operations",
      JSON.stringify({
        query: 'mutation ($file: File!) { setPoster(input: { movieId: "1", file: $file }) { __typename } }',
        variables: { file: null },
      }),
    );
    form.set("map", JSON.stringify({ 0: ["variables.file"] }));
    form.set("0", new File(["x"], "a.png"));
    const answer = await answerOf(
      await started.app.fetch("http://localhost/graphql", {
        method: "POST",
        headers: { "graphql-require-preflight": "1" },
        body: form,
      }),
    );
    expect(answer.errors?.[0].code).toBe("UNAUTHENTICATED");
  });
});

describe("matchTitles", () => {
  test("finds movies by title, with a year in brackets, beside or missing, and says why not", async () => {
    const { data } = await start();
    const titles = [
      "The Godfather (1972)",
      "Godfather, The, 1972",
      "1995 - Toy Story",
      "Les Misérables",
      "Film 3 (1890)",
      "nothing",
    ];
    const { matchTitles } = await data(
      "query ($titles: [String!]!) { matchTitles(titles: $titles) { title confidence movie { title } evidence } }",
      { variables: { titles } },
    );
    expect(
      matchTitles.map(({ movie, confidence }: { movie: { title: string } | null; confidence: number }) => [
        movie?.title,
        confidence,
      ]),
    ).toEqual([
      ["The Godfather", 1],
      ["The Godfather", 1],
      ["Toy Story", 1],
      ["Les Misérables", 0.6],
      [undefined, 0],
      [undefined, 0],
    ]);
    expect(matchTitles[5].evidence).toBe("no movie here has this title");
  });

  test("refuses too many, and too long ones", async () => {
    const { ask } = await start();
    const codeOf = async (titles: string[]) =>
      (await ask("query ($titles: [String!]!) { matchTitles(titles: $titles) { title } }", { variables: { titles } }))
        .errors?.[0];
    expect(await codeOf(Array.from({ length: 501 }, () => "a"))).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "expected up to 500 titles, received 501",
    });
    expect(await codeOf(["a".repeat(301)])).toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
