/** Finding users and movies: by number, global id and IMDb id, by search, page by page. */
import { describe, expect, test } from "vitest";
import { rawDatabase } from "../support/database.js";
import { fixture, globalId, type Started, start } from "../support/fixture.js";

const byId = <T extends { id: number }>(rows: readonly T[]) => [...rows].sort((a, b) => a.id - b.id);
const numbersOf = (connection: { edges: { node: { movieId: number } }[] }) =>
  connection.edges.map(({ node }) => node.movieId);

describe("user", () => {
  test("is found by number, by number as text, and by global id", async () => {
    const { data } = await start();
    const fields = "{ id userId gender ageGroup occupation zipCode }";
    const expected = {
      id: globalId("User", 42),
      userId: 42,
      gender: "M",
      ageGroup: 25,
      occupation: "artist",
      zipCode: "00002",
    };
    expect(
      await data(
        `{ a: user(id: 42) ${fields} b: user(id: "42") ${fields} c: user(id: "${globalId("User", 42)}") ${fields} }`,
      ),
    ).toEqual({ a: expected, b: expected, c: expected });
  });

  test.each<[string | number, string, string]>([
    ...[
      '"abc"',
      '""',
      "0",
      "-1",
      '"1.5"',
      "99999999999",
      JSON.stringify(globalId("Movie", 1)),
      '"VXNlcjo0Mjo0Mg=="',
    ].map((id): [string, string, string] => [
      id,
      "INVALID_ID",
      `expected a user id, a number such as 42 or the id of a User, received "${id.replaceAll('"', "")}"`,
    ]),
  ])("of id %s is an error with code %s", async (id, code, message) => {
    const { ask } = await start();
    const answer = await ask(`{ user(id: ${id}) { userId } }`);
    expect(answer.data).toEqual({ user: null });
    expect(answer.errors).toEqual([{ code, message, path: ["user"] }]);
  });

  test("messages show at most 80 characters of what came", async () => {
    const { ask } = await start();
    const { errors } = await ask(`{ user(id: "${"9".repeat(5000)}") { userId } }`);
    expect(errors?.[0].message).toHaveLength(
      "expected a user id, a number such as 42 or the id of a User, received ".length + 78,
    );
  });
});

describe("movie", () => {
  const linked = async (): Promise<Started> => {
    const started = await start();
    const { linkImdb } = await started.edit(
      'mutation { linkImdb(input: { movieId: 1, imdbId: "tt0114709" }) { ... on LinkImdbPayload { movie { imdbId } } } }',
    );
    expect(linkImdb).toEqual({ movie: { imdbId: "tt0114709" } });
    return started;
  };

  test("is found by number, global id, and IMDb id in three forms", async () => {
    const { data } = await linked();
    const fields = "{ id movieId title givenTitle year genres imdbId tmdbId }";
    const expected = {
      id: globalId("Movie", 1),
      movieId: 1,
      title: "Toy Story",
      givenTitle: "Toy Story (1995)",
      year: 1995,
      genres: ["Animation", "Children's", "Comedy"],
      imdbId: "tt0114709",
      tmdbId: null,
    };
    expect(
      await data(`{
        number: movie(id: 1) ${fields}
        global: movie(id: "${globalId("Movie", 1)}") ${fields}
        tt: movie(imdbId: "tt0114709") ${fields}
        digits: movie(imdbId: "114709") ${fields}
        address: movie(imdbId: "https://www.imdb.com/title/tt0114709/?ref_=nv_sr_1") ${fields}
      }`),
    ).toEqual({ number: expected, global: expected, tt: expected, digits: expected, address: expected });
  });

  test.each([
    ['id: "x"', "INVALID_ID", 'expected a movie id, a number such as 1 or the id of a Movie, received "x"'],
    [
      `id: "${globalId("User", 42)}"`,
      "INVALID_ID",
      `expected a movie id, a number such as 1 or the id of a Movie, received "${globalId("User", 42)}"`,
    ],
    [
      'imdbId: "nm0000158"',
      "INVALID_IMDB_ID",
      'expected an IMDb id such as tt0114709 or 114709, or the address of a title on imdb.com, received "nm0000158"',
    ],
    [
      'imdbId: "https://imdb.com.evil.test/title/tt0114709"',
      "INVALID_IMDB_ID",
      'expected an IMDb id such as tt0114709 or 114709, or the address of a title on imdb.com, received "https://imdb.com.evil.test/title/tt0114709"',
    ],
    [
      'id: 1, imdbId: "tt0114709"',
      "INVALID_ARGUMENT",
      "expected either id or imdbId to find a movie by, received both or none",
    ],
    ["id: null", "INVALID_ARGUMENT", "expected either id or imdbId to find a movie by, received both or none"],
  ])("of %s is an error with code %s", async (by, code, message) => {
    const { ask } = await linked();
    const answer = await ask(`{ movie(${by}) { movieId } }`);
    expect(answer.data).toEqual({ movie: null });
    expect(answer.errors).toEqual([{ code, message, path: ["movie"] }]);
  });
});

describe("users and movies as connections", () => {
  test("go forward page by page to the end, each once, by number", async () => {
    const { data } = await start();
    const seen: number[] = [];
    let after: string | null = null;
    for (let page = 0; page < 4; page++) {
      const { movies } = await data(
        "query ($after: String) { movies(first: 40, after: $after) { totalCount edges { node { movieId } } pageInfo { hasNextPage hasPreviousPage endCursor } } }",
        { variables: { after } },
      );
      expect(movies.totalCount).toBe(150);
      expect(movies.pageInfo.hasNextPage).toBe(page < 3);
      expect(movies.pageInfo.hasPreviousPage).toBe(page > 0);
      seen.push(...numbersOf(movies));
      after = movies.pageInfo.endCursor;
    }
    expect(seen).toEqual(byId(fixture.movies).map(({ id }) => id));
  });

  test("go backward from the end, each page in the same order", async () => {
    const { data } = await start();
    const ids = byId(fixture.users).map(({ id }) => id);
    let seen: number[] = [];
    let before: string | null = null;
    for (let page = 0; page < 3; page++) {
      const { users } = await data(
        "query ($before: String) { users(last: 5, before: $before) { totalCount edges { node { userId } } pageInfo { hasPreviousPage hasNextPage startCursor } } }",
        { variables: { before } },
      );
      expect(users.totalCount).toBe(12);
      expect(users.pageInfo.hasPreviousPage).toBe(page < 2);
      expect(users.pageInfo.hasNextPage).toBe(page > 0);
      seen = [...users.edges.map(({ node }: { node: { userId: number } }) => node.userId), ...seen];
      before = users.pageInfo.startCursor;
    }
    expect(seen).toEqual(ids);
  });

  test("a user's ratings come in the order of import", async () => {
    const { data } = await start();
    const { user } = await data(
      "{ user(id: 3997) { ratings(first: 100) { totalCount edges { node { rating movie { movieId } } } } } }",
    );
    const expected = fixture.ratings.filter(({ userId }) => userId === 3997);
    expect(user.ratings.totalCount).toBe(expected.length);
    expect(user.ratings.edges.map(({ node }: { node: object }) => node)).toEqual(
      expected.map(({ stars, movieId }) => ({ rating: stars, movie: { movieId } })),
    );
  });

  test("a page has 20 where no number is asked for, and may have none", async () => {
    const { data } = await start();
    const { movies, none } = await data(
      "{ movies { edges { cursor } } none: movies(first: 0) { totalCount edges { cursor } pageInfo { startCursor endCursor hasNextPage } } }",
    );
    expect(movies.edges).toHaveLength(20);
    expect(none).toEqual({
      totalCount: 150,
      edges: [],
      pageInfo: { startCursor: null, endCursor: null, hasNextPage: true },
    });
  });

  test("a cursor stays good when rows before it go", async () => {
    const { services, data } = await start();
    const { users } = await data("{ users(first: 3) { pageInfo { endCursor } } }");
    rawDatabase(services).exec("DELETE FROM users WHERE id = 17");
    const next = await data(`{ users(first: 2, after: "${users.pageInfo.endCursor}") { edges { node { userId } } } }`);
    expect(next.users.edges.map(({ node }: { node: { userId: number } }) => node.userId)).toEqual([101, 256]);
  });

  test.each(["abc", "", "YWZ0ZXI6", "YWZ0ZXI6LTE=", "T2Zmc2V0Q29ubmVjdGlvbjow"])(
    "refuse the cursor %j, naming it",
    async (cursor) => {
      const { ask } = await start();
      for (const field of [
        `users(first: 1, after: ${JSON.stringify(cursor)})`,
        `movies(last: 1, before: ${JSON.stringify(cursor)})`,
      ]) {
        const { errors } = await ask(`{ ${field} { edges { cursor } } }`);
        expect(errors).toMatchObject([
          {
            code: "INVALID_ARGUMENT",
            message: `expected a cursor that an earlier page gave, received ${JSON.stringify(cursor)}`,
          },
        ]);
      }
    },
  );

  test.each([
    ["first: 101", "expected first from 0 to 100, received 101"],
    ["first: -1", "expected first from 0 to 100, received -1"],
    ["last: 101", "expected last from 0 to 100, received 101"],
    ["last: -1", "expected last from 0 to 100, received -1"],
    ["first: 1, last: 1", "expected either first or last, received both"],
  ])("refuse %s", async (args, message) => {
    const { ask } = await start();
    const { errors } = await ask(`{ movies(${args}) { edges { cursor } } }`);
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT", message }]);
  });
});

describe("nodes", () => {
  test("are null where there can be none, and the others are there", async () => {
    const { data } = await start();
    const ids = [globalId("User", 9_999_999_999), globalId("User", 42), globalId("Movie", 0), globalId("Movie", 1)];
    const { nodes } = await data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { variables: { ids } });
    expect(nodes).toEqual([null, { id: ids[1] }, null, { id: ids[3] }]);
  });

  test("are at most 100", async () => {
    const { ask } = await start();
    const ids = new Array(101).fill(globalId("Movie", 1));
    const { errors } = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { variables: { ids } });
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT", message: "expected up to 100 ids, received 101" }]);
  });
});

describe("movies", () => {
  const found = async (started: Started, args: string) => {
    const { movies } = await started.data(`{ movies(first: 100, ${args}) { totalCount edges { node { title } } } }`);
    expect(movies.totalCount).toBe(movies.edges.length);
    return movies.edges.map(({ node }: { node: { title: string } }) => node.title);
  };

  test("search finds a part of the title, upper or lower case, with the article before or after", async () => {
    const started = await start();
    for (const search of ["godfather", "GODF", "the godfather", "Godfather, The", "  godfather  "]) {
      expect(await found(started, `search: ${JSON.stringify(search)}`)).toEqual(["The Godfather"]);
    }
    expect(await found(started, 'search: "no such film"')).toEqual([]);
  });

  test("search takes signs for what is between words, and for themselves where there is nothing else", async () => {
    const started = await start();
    expect(await found(started, 'search: "100%"')).toEqual(["100% Wolf", "1000 Wolves", "Film 100"]);
    expect(await found(started, 'search: "under_score"')).toEqual(["Under_Score", "Under Score"]);
    expect(await found(started, 'search: "%"')).toEqual(["100% Wolf"]);
    expect(await found(started, 'search: "\\\\"')).toEqual([]);
    expect(await found(started, 'search: "\' OR 1=1 --"')).toEqual([]);
    expect(await found(started, 'search: "\\" NEAR AND *"')).toEqual([]);
  });

  test("search finds letters beyond ASCII in either case", async () => {
    const started = await start();
    for (const search of [
      "Misérables",
      "misérables",
      "MISÉRABLES",
      "miserables",
      "Mise",
      "les mis",
      "miserables les",
    ]) {
      expect(await found(started, `search: ${JSON.stringify(search)}`)).toEqual(["Les Misérables"]);
    }
  });

  test("search finds words of all languages, however they are written", async () => {
    const started = await start();
    const films: Record<string, string[]> = {
      Brødre: ["brodre", "BRØDRE"],
      "Un cœur en hiver": ["coeur", "un coeur"],
      "Złoto dezerterów": ["zloto", "dezerterow"],
      "Straße der Angst": ["strasse", "straße"],
      千と千尋の神隠し: ["千尋", "神隠し", "千と千尋"],
      "Schindler's List": ["schindlers list", "schindler's", "Schindler’s"],
      "Rosemary's Baby": ["rosemarys baby"],
      "Spider-Man": ["spiderman", "spider man", "spider-man"],
      WALL·E: ["walle", "wall-e", "wall e"],
      "Rocky VII": ["rocky 7", "rocky vii"],
      องค์บาก: ["บาก"],
    };
    for (const title of Object.keys(films)) {
      await started.edit(
        "mutation ($title: String!) { addMovie(input: { title: $title, year: 2030, genres: [] }) { __typename } }",
        {
          title,
        },
      );
    }
    for (const [title, searches] of Object.entries(films)) {
      for (const search of searches) {
        expect(await found(started, `search: ${JSON.stringify(search)}`), search).toContain(title);
      }
    }
  });

  test("search gives the title that is just that first, then what begins with it, then what has its words", async () => {
    const started = await start();
    const titles = ["Alien Nation", "Aliens", "My Stepmother Is an Alien", "The Alien", "Alien"];
    for (const [n, title] of titles.entries()) {
      await started.edit(
        `mutation { addMovie(input: { title: "${title}", year: ${2010 + n}, genres: [] }) { __typename } }`,
      );
    }
    const sorted = async (args: string) => (await found(started, `search: "alien"${args}`)) as string[];
    const relevant = await sorted("");
    expect(new Set(relevant.slice(0, 2))).toEqual(new Set(["The Alien", "Alien"]));
    expect(new Set(relevant.slice(2, 4))).toEqual(new Set(["Alien Nation", "Aliens"]));
    expect(relevant[4]).toBe("My Stepmother Is an Alien");
    expect(await sorted(", orderBy: { field: RELEVANCE }")).toEqual(relevant);
    expect(await sorted(", orderBy: { field: RELEVANCE, direction: DESC }")).toEqual([...relevant].reverse());
    const none = await started.ask("{ movies(orderBy: { field: RELEVANCE }) { totalCount } }");
    expect(none.errors).toMatchObject([
      { code: "INVALID_ARGUMENT", message: "expected a search to order by RELEVANCE, received none" },
    ]);
  });

  test("genres must all be there, whole", async () => {
    const started = await start();
    const having = (...genres: string[]) =>
      byId(fixture.movies)
        .filter((movie) => genres.every((genre) => movie.genres.split("|").includes(genre)))
        .map(({ displayTitle }) => displayTitle);
    expect(await found(started, 'genres: ["Crime"]')).toEqual(having("Crime"));
    expect(await found(started, 'genres: ["Drama", "Crime"]')).toEqual(having("Crime", "Drama"));
    expect(having("Crime", "Drama").length).toBeGreaterThan(2);
    expect(await found(started, 'genres: ["Com"]')).toEqual([]);
    expect(await found(started, 'genres: ["%"]')).toEqual([]);
    expect(await found(started, 'genres: [], search: "toy"')).toEqual(["Toy Story"]);
    expect(await found(started, 'genres: ["Drama"], search: "toy"')).toEqual([]);
  });

  test("pages stay within what was searched for", async () => {
    const { data } = await start();
    const horror = byId(fixture.movies).filter(({ genres }) => genres === "Horror");
    const first = await data(
      '{ movies(genres: ["Horror"], first: 3) { totalCount edges { node { movieId } } pageInfo { endCursor } } }',
    );
    const next = await data(
      `{ movies(genres: ["Horror"], first: 3, after: "${first.movies.pageInfo.endCursor}") { edges { node { movieId } } } }`,
    );
    expect(first.movies.totalCount).toBe(horror.length);
    expect([...numbersOf(first.movies), ...numbersOf(next.movies)]).toEqual(horror.slice(0, 6).map(({ id }) => id));
  });

  test("search and genres have limits of their own, so that no query breaks the database's", async () => {
    const { ask } = await start();
    const query =
      "query ($search: String, $genres: [String!]) { movies(search: $search, genres: $genres) { totalCount } }";
    const long = await ask(query, { variables: { search: "x".repeat(60_000) } });
    expect(long.errors).toMatchObject([
      { code: "INVALID_ARGUMENT", message: "expected a search of up to 200 characters, received 60000" },
    ]);
    const many = await ask(query, { variables: { genres: Array.from({ length: 2000 }, (_, i) => `genre ${i}`) } });
    expect(many.errors).toMatchObject([
      { code: "INVALID_ARGUMENT", message: "expected up to 20 genres, received 2000" },
    ]);
  });
});

describe("node and nodes", () => {
  test("give what a global id names, in the order asked, null for what is not there", async () => {
    const { data } = await start();
    const ids = [
      globalId("Movie", 858),
      globalId("User", 42),
      globalId("Movie", 2),
      globalId("User", 7),
      globalId("Movie", 1),
    ];
    const what = "{ __typename id ... on User { userId } ... on Movie { title } }";
    const { node, missing, nodes } = await data(
      `query ($ids: [ID!]!) { node(id: "${ids[1]}") ${what} missing: node(id: "${ids[2]}") ${what} nodes(ids: $ids) ${what} }`,
      { variables: { ids } },
    );
    expect(node).toEqual({ __typename: "User", id: ids[1], userId: 42 });
    expect(missing).toBeNull();
    expect(nodes).toEqual([
      { __typename: "Movie", id: ids[0], title: "The Godfather" },
      { __typename: "User", id: ids[1], userId: 42 },
      null,
      null,
      { __typename: "Movie", id: ids[4], title: "Toy Story" },
    ]);
  });

  test.each(["42", "abc", globalId("Movie", 1).slice(0, 6), Buffer.from("Rating:1").toString("base64")])(
    "refuse %j, which no field gave",
    async (id) => {
      const { ask } = await start();
      const { data, errors } = await ask(`{ node(id: "${id}") { id } }`);
      expect(data).toEqual({ node: null });
      expect(errors).toMatchObject([
        { code: "INVALID_ID", message: `expected a global id that this server gave, received "${id}"` },
      ]);
    },
  );
});

describe("a data folder that no data set was imported into", () => {
  test("has no users and no movies, and says so where a recommendation would need them", async () => {
    const { dataDir } = await start();
    const empty = await start({ dataDir: `${dataDir}/empty` });
    expect(await empty.data("{ users { totalCount } movies { totalCount } model { name } }")).toEqual({
      users: { totalCount: 0 },
      movies: { totalCount: 0 },
      model: null,
    });
    expect(await empty.data("{ user(id: 1) { userId } }")).toEqual({ user: null });
  });
});
