/** Every field that asks for a scope, and every scope: who gets an answer, who is refused, and how. */
import { describe, expect, test } from "vitest";
import { rawDatabase } from "../support/database.js";
import { globalId, type Started, type StartOptions, start } from "../support/fixture.js";

const scopes = ["public", "user 42", "user 5", "editor", "admin"] as const;
type Who = (typeof scopes)[number];

/** A user who is in no data set, with a rating. */
const privateUser = 2_000_000_001;

async function startWithTokens(options?: StartOptions) {
  const started = await start(options);
  const { createUser } = await started.edit(
    'mutation { createUser(input: { externalId: "account-1", gender: "F", ageGroup: 25 }) { ... on CreateUserPayload { user { userId } } } }',
  );
  expect(createUser.user.userId).toBe(privateUser);
  await started.edit(`mutation { rateMovie(input: { userId: ${privateUser}, movieId: 1, rating: 5 }) { __typename } }`);
  const tokens: Record<Who | "own", string | undefined> = {
    public: undefined,
    "user 42": await started.tokenOf("user", 42),
    "user 5": await started.tokenOf("user", 5),
    editor: await started.tokenOf("editor"),
    admin: started.token,
    own: await started.tokenOf("user", privateUser),
  };
  return { ...started, tokens };
}

/** `ok`, or the code of the first error. */
async function outcome({ ask }: Started, query: string, token?: string): Promise<string> {
  const { errors } = await ask(query, { token });
  return errors === undefined ? "ok" : (errors[0].code ?? "no code");
}

const mutation = (call: string) => `mutation { ${call} { __typename } }`;
const editors = { public: "UNAUTHENTICATED", "user 42": "FORBIDDEN", "user 5": "FORBIDDEN", editor: "ok", admin: "ok" };
const admins = { ...editors, editor: "FORBIDDEN" };
/** Who changes what is user 42's. */
const owners = { public: "UNAUTHENTICATED", "user 42": "ok", "user 5": "FORBIDDEN", editor: "FORBIDDEN", admin: "ok" };
/** Who changes what is the viewer's own. */
const viewers = {
  public: "UNAUTHENTICATED",
  "user 42": "ok",
  "user 5": "ok",
  editor: "INVALID_ARGUMENT",
  admin: "INVALID_ARGUMENT",
};
const everybody = { public: "ok", "user 42": "ok", "user 5": "ok", editor: "ok", admin: "ok" };
/** Who reads what is the private user's. */
const nobodyElse = {
  public: "UNAUTHENTICATED",
  "user 42": "FORBIDDEN",
  "user 5": "FORBIDDEN",
  editor: "FORBIDDEN",
  admin: "ok",
};

const mutations: [string, string, Record<Who, string>][] = [
  ["linkImdb", 'linkImdb(input: { movieId: 1, imdbId: "tt0114709" })', editors],
  ["linkImdbBatch", 'linkImdbBatch(input: { links: [{ movieId: 1, imdbId: "tt0114709" }] })', editors],
  ["unlinkImdb", "unlinkImdb(input: { movieId: 1 })", editors],
  ["removePoster", "removePoster(input: { movieId: 858 })", editors],
  ["addMovie", 'addMovie(input: { title: "New", year: 2020, genres: ["Drama"] })', editors],
  ["updateMovie", 'updateMovie(input: { movieId: 1, title: "Toy Story!" })', editors],
  ["createUser", 'createUser(input: { externalId: "a" })', admins],
  ["createToken", 'createToken(input: { name: "a", scope: EDITOR })', admins],
  ["revokeToken", "revokeToken(input: { tokenId: 999 })", admins],
  ["updateUser", "updateUser(input: { userId: 42, occupation: null })", owners],
  ["rateMovie", "rateMovie(input: { userId: 42, movieId: 1, rating: 3 })", owners],
  ["rateMovies", "rateMovies(input: { userId: 42, ratings: [{ movieId: 1, rating: 3 }] })", owners],
  ["removeRating", "removeRating(input: { userId: 42, movieId: 1 })", owners],
  ["dismissMovie", "dismissMovie(input: { userId: 42, movieId: 1 })", owners],
  ["undismissMovie", "undismissMovie(input: { userId: 42, movieId: 1 })", owners],
  ["undoRatingImport", "undoRatingImport(input: { userId: 42, importId: 1 })", owners],
  ["deleteUser", "deleteUser(input: { userId: 42 })", owners],
];

describe("mutations", () => {
  test("are all in the table", async () => {
    const { data } = await start();
    const { __schema } = await data("{ __schema { mutationType { fields { name } } } }");
    expect(__schema.mutationType.fields.map(({ name }: { name: string }) => name).sort()).toEqual(
      // What carries a file is tested in set-poster.test.ts and import-ratings.test.ts.
      [...mutations.map(([name]) => name), "setPoster", "importRatings"].sort(),
    );
  });

  test.each(mutations)("%s", async (_name, call, expected) => {
    const started = await startWithTokens();
    const found: Record<string, string> = {};
    for (const who of scopes) found[who] = await outcome(started, mutation(call), started.tokens[who]);
    // Whoever deleted user 42 revoked their token too; who comes later finds nobody.
    if (_name === "deleteUser") expect(found).toEqual({ ...expected, "user 42": "ok" });
    else expect(found).toEqual(expected);
  });

  test.each([
    "rateMovie(input: { movieId: 1, rating: 3 })",
    "rateMovies(input: { ratings: [{ movieId: 1, rating: 3 }] })",
    "updateUser(input: { occupation: null })",
    "removeRating(input: { movieId: 858 })",
    "dismissMovie(input: { movieId: 1 })",
    "undismissMovie(input: { movieId: 1 })",
  ])("%s is about the viewer", async (call) => {
    const started = await startWithTokens();
    for (const who of scopes) {
      expect([who, await outcome(started, mutation(call), started.tokens[who])]).toEqual([who, viewers[who]]);
    }
  });
});

const privateFields = [
  "gender",
  "ageGroup",
  "occupation",
  "zipCode",
  "topRated",
  "topRatings { rating }",
  "ratings { totalCount }",
  "visualTaste { basis }",
  "dismissed { totalCount }",
  "ratingImports { importId }",
  "recommendations(first: 1) { title }",
  "recommendationsConnection(first: 1) { totalCount }",
];

const queries: [string, Record<Who, string>][] = [
  ...privateFields.map((field): [string, Record<Who, string>] => [`user(id: ${privateUser}) { ${field} }`, nobodyElse]),
  [`user(id: ${privateUser}) { userId id }`, everybody],
  [`user(id: 42) { ${privateFields.join(" ")} }`, everybody],
  ["user(id: 42) { externalId }", admins],
  [`movie(id: 858) { predictedRating(userId: ${privateUser}) }`, nobodyElse],
  [`movie(id: 858) { posterSimilarity(userId: ${privateUser}) }`, nobodyElse],
  ["movie(id: 858) { predictedRating(userId: 42) posterSimilarity(userId: 42) }", everybody],
  ["movie(id: 858) { predictedRating }", viewers],
  [`ratings(userId: ${privateUser}) { totalCount }`, nobodyElse],
  ["ratings(movieId: 1) { totalCount }", everybody],
  ["tokens { name }", admins],
  ["viewer { userId } viewerScope", everybody],
  ["posterMap { columns } genres { name } moviesToRate(first: 3) { title viewerRating { rating } }", everybody],
  ['matchTitles(titles: ["Toy Story"]) { confidence }', everybody],
  [
    "model { name } models { name lossCurve { unit } } dataset { name } encoder { name } popular { title } topMovies { score } trending { recentRatings }",
    everybody,
  ],
  ["recommendFor(ratings: [{ movieId: 1, rating: 5 }], first: 1) { title }", everybody],
  ["users { totalCount } movies { totalCount }", everybody],
  ['node(id: "TW92aWU6MQ==") { id } nodes(ids: ["TW92aWU6MQ=="]) { id }', everybody],
  [`node(id: "${globalId("User", privateUser)}") { ... on User { topRated } }`, nobodyElse],
  ["linkCandidates(movieId: 1) { title }", everybody],
];

const subscriptions: [string, Record<Who, string>][] = [
  ["posterUpdated { title }", everybody],
  ["trainingProgress { done }", everybody],
  [`ratingAdded(userId: ${privateUser}) { rating }`, nobodyElse],
  [`recommendationsChanged(userId: ${privateUser}) { userId }`, nobodyElse],
  ["ratingAdded { rating }", viewers],
  ["recommendationsChanged { userId }", viewers],
];

describe("subscriptions", () => {
  test("are refused at once or wait for news", async () => {
    const started = await startWithTokens();
    for (const [query, expected] of subscriptions) {
      for (const who of scopes) {
        const token = started.tokens[who];
        const response = await started.app.fetch("http://localhost/graphql", {
          method: "POST",
          headers: {
            accept: "text/event-stream",
            "content-type": "application/json",
            ...(token && { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({ query: `subscription { ${query} }` }),
        });
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        // A subscription that is refused says so at once; one that is not waits for news.
        const first = await Promise.race([
          reader.read().then(async ({ value }) => {
            const text = new TextDecoder().decode(value);
            return text.includes("code") ? text : text + new TextDecoder().decode((await reader.read()).value);
          }),
          new Promise<string>((resolve) => setTimeout(() => resolve("ok"), 150)),
        ]);
        const code = /"code":"(\w+)"/.exec(first)?.[1] ?? "ok";
        expect([query, who, code]).toEqual([query, who, expected[who]]);
        // Not waited for: it ends once the subscription does.
        reader.cancel().catch(() => {});
      }
    }
  });
});

test("every field of Query and Subscription, and every field of a user, is in the tables", async () => {
  const { data } = await start();
  const { query, subscription, user } = await data(`{
    query: __type(name: "Query") { fields { name } }
    subscription: __type(name: "Subscription") { fields { name } }
    user: __type(name: "User") { fields { name } }
  }`);
  const all = [...queries, ...subscriptions].map(([text]) => text).join(" ");
  for (const { name } of [...query.fields, ...subscription.fields, ...user.fields]) {
    expect(all).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

describe("queries", () => {
  test("are answered or refused as the table says", async () => {
    const started = await startWithTokens();
    for (const [query, expected] of queries) {
      for (const who of scopes) {
        const found = await outcome(started, `{ ${query} }`, started.tokens[who]);
        expect([query, who, found]).toEqual([query, who, expected[who]]);
      }
    }
  });

  test("a private user reads all that is theirs", async () => {
    const started = await startWithTokens();
    const { viewer, movie } = await started.data(
      `{ viewer { userId ${privateFields.join(" ")} } movie(id: 858) { predictedRating posterSimilarity(userId: ${privateUser}) } }`,
      { token: started.tokens.own },
    );
    expect(viewer).toMatchObject({ userId: privateUser, gender: "F", ageGroup: 25, topRated: ["Toy Story"] });
    expect(movie.predictedRating).toBeGreaterThanOrEqual(0.5);
  });

  test("of a movie's ratings, those of private users are left out, and counted where they may be read", async () => {
    const started = await startWithTokens();
    const count = async (token?: string) =>
      (
        await started.data("{ ratings(movieId: 1, first: 100) { totalCount edges { node { user { userId } } } } }", {
          token,
        })
      ).ratings;
    const seen = await count();
    const all = await count(started.tokens.own);
    expect(all.totalCount).toBe(seen.totalCount + 1);
    const ids = (page: typeof seen) =>
      page.edges.map(({ node }: { node: { user: { userId: number } } }) => node.user.userId);
    expect(ids(seen)).not.toContain(privateUser);
    expect(ids(all)).toContain(privateUser);
    expect((await count(started.token)).totalCount).toBe(all.totalCount);
  });

  test("a filter by demographics finds only those whose demographics may be read", async () => {
    const started = await startWithTokens();
    const ids = async (token?: string) =>
      (
        await started.data('{ users(gender: "F", ageGroup: 25, first: 100) { edges { node { userId } } } }', { token })
      ).users.edges.map(({ node }: { node: { userId: number } }) => node.userId);
    expect(await ids()).not.toContain(privateUser);
    expect(await ids(started.tokens.own)).toContain(privateUser);
    expect(await ids(started.token)).toContain(privateUser);
  });
});

describe("with PUBLIC_READ=off", () => {
  test("nothing can be read without a token, and with one as before", async () => {
    const started = await startWithTokens({ publicRead: false });
    for (const query of ["{ movie(id: 1) { title } }", "{ viewer { userId } }", "{ users { totalCount } }"]) {
      expect(await outcome(started, query)).toBe("UNAUTHENTICATED");
      expect(await outcome(started, query, started.tokens["user 5"])).toBe("ok");
    }
    const headers = { accept: "text/event-stream", "content-type": "application/json" };
    for (const query of ["subscription { posterUpdated { title } }", "subscription { trainingProgress { done } }"]) {
      const body = JSON.stringify({ query });
      const response = await started.app.fetch("http://localhost/graphql", { method: "POST", headers, body });
      expect(await response.text()).toContain("UNAUTHENTICATED");
    }
  });
});

describe("whose ratings are public", () => {
  const ofImported = "{ user(id: 42) { topRated } }";
  const ofPrivate = `{ user(id: ${privateUser}) { topRated } }`;

  test("with PUBLIC_USERS=all everybody's", async () => {
    const started = await startWithTokens({ publicUsers: "all" });
    expect([await outcome(started, ofImported), await outcome(started, ofPrivate)]).toEqual(["ok", "ok"]);
  });

  test("with PUBLIC_USERS=none nobody's", async () => {
    const started = await startWithTokens({ publicUsers: "none" });
    expect([await outcome(started, ofImported), await outcome(started, ofPrivate)]).toEqual([
      "UNAUTHENTICATED",
      "UNAUTHENTICATED",
    ]);
    expect(await outcome(started, ofImported, started.tokens["user 42"])).toBe("ok");
  });

  test("by default not those of somebody's own files, whatever their layout, but those of GroupLens' releases", async () => {
    const started = await startWithTokens();
    const name = (kind: string, dataset: string) =>
      rawDatabase(started.services).prepare("UPDATE dataset SET kind = ?, name = ?").run(kind, dataset);
    name("csv", "our-customers");
    expect(await outcome(started, ofImported)).toBe("UNAUTHENTICATED");
    name("1m", "our-customers");
    expect(await outcome(started, ofImported)).toBe("UNAUTHENTICATED");
    name("csv", "ml-25m");
    expect(await outcome(started, ofImported)).toBe("ok");
  });
});
