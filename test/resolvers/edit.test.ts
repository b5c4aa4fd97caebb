/** Users and movies that are added, described and taken away; ratings many at once; and what input is refused. */
import { describe, expect, test } from "vitest";
import { rawDatabase } from "../support/database.js";
import { fixture, type Started, start } from "../support/fixture.js";

const issues = "... on InvalidInputError { issues { path message } } ... on Error { code message }";

describe("createUser", () => {
  const create = (input: string) =>
    `mutation { createUser(input: { ${input} }) { __typename ... on CreateUserPayload { user { userId externalId gender ageGroup occupation zipCode } } ${issues} } }`;

  test("twice with the same external id is one user", async () => {
    const started = await start();
    const first = await started.edit(
      create('externalId: "account-1", gender: "F", ageGroup: 25, occupation: "artist", zipCode: "00001"'),
    );
    expect(first.createUser).toEqual({
      __typename: "CreateUserPayload",
      user: {
        userId: 2_000_000_001,
        externalId: "account-1",
        gender: "F",
        ageGroup: 25,
        occupation: "artist",
        zipCode: "00001",
      },
    });
    expect(await started.edit(create('externalId: "account-1"'))).toEqual(first);
    const other = await started.edit(create('externalId: "account-2"'));
    expect(other.createUser.user).toEqual({
      userId: 2_000_000_002,
      externalId: "account-2",
      gender: null,
      ageGroup: null,
      occupation: null,
      zipCode: null,
    });
    expect((await started.data("{ users { totalCount } }")).users.totalCount).toBe(fixture.users.length + 2);
  });

  test.each([
    ['externalId: ""', [{ path: ["input", "externalId"], message: 'expected 1 to 200 characters, received ""' }]],
    [
      `externalId: "${"x".repeat(201)}"`,
      [
        {
          path: ["input", "externalId"],
          message: expect.stringMatching(/^expected 1 to 200 characters, received "x+…$/),
        },
      ],
    ],
    ['externalId: "a", gender: "X"', [{ path: ["input", "gender"], message: 'expected one of M, F, received "X"' }]],
    [
      'externalId: "a", ageGroup: 26, zipCode: ""',
      [
        { path: ["input", "ageGroup"], message: "expected one of 1, 18, 25, 35, 45, 50, 56, received 26" },
        { path: ["input", "zipCode"], message: 'expected 1 to 20 characters, received ""' },
      ],
    ],
  ])("of %s says what is wrong, and where", async (input, expected) => {
    const started = await start();
    const { createUser } = await started.edit(create(input));
    expect(createUser).toMatchObject({ __typename: "InvalidInputError", code: "INVALID_INPUT", issues: expected });
    expect((await started.data("{ users { totalCount } }")).users.totalCount).toBe(fixture.users.length);
  });
});

describe("updateUser", () => {
  const update = (input: string) =>
    `mutation { updateUser(input: { ${input} }) { __typename ... on UpdateUserPayload { user { gender ageGroup occupation zipCode } } ${issues} } }`;

  test("changes what is given, makes unknown what is null, and leaves the rest", async () => {
    const started = await start();
    const { user: before } = await started.data("{ user(id: 42) { gender ageGroup occupation zipCode } }");
    const { updateUser } = await started.edit(update("userId: 42, ageGroup: 56, zipCode: null"));
    expect(updateUser.user).toEqual({ ...before, ageGroup: 56, zipCode: null });
    expect(await started.data("{ user(id: 42) { gender ageGroup occupation zipCode } }")).toEqual({
      user: updateUser.user,
    });
  });

  test.each([
    ["userId: 7, ageGroup: 1", "UserNotFoundError"],
    ['userId: "x", ageGroup: 1', "InvalidIdError"],
    ["userId: 42, ageGroup: 2", "InvalidInputError"],
  ])("of %s is refused by name", async (input, __typename) => {
    const started = await start();
    expect((await started.edit(update(input))).updateUser.__typename).toBe(__typename);
  });
});

describe("deleteUser", () => {
  const remove = (id: number) =>
    `mutation { deleteUser(input: { userId: ${id} }) { __typename ... on DeleteUserPayload { userId deletedRatings } ... on Error { code message } } }`;

  test("takes their ratings and tokens too; a second time there is nobody", async () => {
    const started = await start();
    const token = await started.tokenOf("user", 42);
    const own = fixture.ratings.filter(({ userId }) => userId === 42);
    expect(await started.edit(remove(42))).toEqual({
      deleteUser: { __typename: "DeleteUserPayload", userId: 42, deletedRatings: own.length },
    });
    expect(await started.data("{ user(id: 42) { userId } }")).toEqual({ user: null });
    expect((await started.ask("{ viewer { userId } }", { token })).status).toBe(401);
    const { dataset, movie } = await started.data(
      `{ dataset { ratingCount } movie(id: ${own[0].movieId}) { ratingCount } }`,
    );
    expect(dataset.ratingCount).toBe(fixture.ratings.length - own.length);
    expect(movie.ratingCount).toBe(
      fixture.ratings.filter(({ movieId, userId }) => movieId === own[0].movieId && userId !== 42).length,
    );
    expect((await started.edit(remove(42))).deleteUser).toMatchObject({ code: "USER_NOT_FOUND" });
  });
});

test("a number names one person for good: whoever comes after a deleted user gets another one", async () => {
  const { edit } = await start();
  const create = (externalId: string) =>
    edit(
      `mutation { createUser(input: { externalId: "${externalId}" }) { ... on CreateUserPayload { user { userId } } } }`,
    );
  const first = (await create("a")).createUser.user.userId;
  await edit(`mutation { deleteUser(input: { userId: ${first} }) { __typename } }`);
  expect((await create("b")).createUser.user.userId).toBe(first + 1);
});

describe("addMovie and updateMovie", () => {
  const shown = "movie { movieId title givenTitle year genres ratingCount }";
  const add = (input: string) =>
    `mutation { addMovie(input: { ${input} }) { __typename ... on AddMoviePayload { ${shown} } ${issues} } }`;
  const update = (input: string) =>
    `mutation { updateMovie(input: { ${input} }) { __typename ... on UpdateMoviePayload { ${shown} } ${issues} } }`;
  const titles = async ({ data }: Started, search: string) =>
    (await data(`{ movies(search: "${search}") { edges { node { title } } } }`)).movies.edges.map(
      ({ node }: { node: { title: string } }) => node.title,
    );

  test("a movie that is added is found, predicted and recommended; twice it is one", async () => {
    const started = await start();
    const input = 'title: "Amélie Again", year: 2031, genres: ["Comedy", "Romance"]';
    const { addMovie } = await started.edit(add(input));
    expect(addMovie.movie).toEqual({
      movieId: 2_000_000_001,
      title: "Amélie Again",
      givenTitle: "Amélie Again (2031)",
      year: 2031,
      genres: ["Comedy", "Romance"],
      ratingCount: 0,
    });
    expect((await started.edit(add(input))).addMovie).toEqual(addMovie);
    expect(await titles(started, "amelie")).toEqual(["Amélie Again"]);
    const { movie, user } = await started.data(
      "{ movie(id: 2000000001) { predictedRating(userId: 42) } user(id: 42) { recommendations(filter: { years: { from: 2030 } }) { title basis } } }",
    );
    expect(movie.predictedRating).toBeGreaterThanOrEqual(0.5);
    expect(user.recommendations).toEqual([{ title: "Amélie Again", basis: "FALLBACK" }]);
  });

  test("a movie that the data set has, its article behind, is not added again", async () => {
    const { edit } = await start();
    const { addMovie } = await edit(add('title: "The Godfather", year: 1972, genres: []'));
    expect(addMovie.movie).toMatchObject({ movieId: 858, givenTitle: "Godfather, The (1972)" });
  });

  test("a movie that is written otherwise is the same one, and so is a genre", async () => {
    const { edit, data, services } = await start();
    const first = await edit(add('title: "Élite Brødre", year: 2031, genres: ["comedy", "Krimi"]'));
    expect(first.addMovie.movie.genres).toEqual(["Comedy", "Krimi"]);
    for (const title of ["élite brodre", "Élite Brødre".normalize("NFD"), "ELITE  BRØDRE", "Elite-Brødre"]) {
      const again = await edit(add(`title: ${JSON.stringify(title)}, year: 2031, genres: []`));
      expect(again.addMovie.movie.movieId, title).toBe(first.addMovie.movie.movieId);
    }
    const other = await edit(add('title: "Elite Brodre", year: 2032, genres: ["krimi"]'));
    expect(other.addMovie.movie).toMatchObject({ genres: ["Krimi"] });
    expect(other.addMovie.movie.movieId).not.toBe(first.addMovie.movie.movieId);
    const listed = await data('{ movies(genres: ["KRIMI"]) { totalCount } }');
    expect(listed).toEqual({ movies: { totalCount: 2 } });
    const twice = await edit(add('title: "X", year: 2031, genres: ["Comédie", "comedie"]'));
    expect(twice.addMovie).toMatchObject({ __typename: "InvalidInputError" });
    expect((await services.catalogue()).movies.length).toBe(fixture.movies.length + 2);
  });

  test.each(["Nul\0Other", "Bell\u0007", "Half \ud83d", "\u200b\u3164"])(
    "a title such as %j is refused",
    async (title) => {
      const { edit, ask } = await start();
      const add = "mutation ($t: String!) { addMovie(input: { title: $t, year: 2031, genres: [] }) { __typename } }";
      expect(await edit(add, { t: title })).toEqual({ addMovie: { __typename: "InvalidInputError" } });
      for (const args of ["search: $t", "genres: [$t]"]) {
        const query = `query ($t: String!) { movies(${args}) { totalCount } }`;
        const { errors, data } = await ask(query, { variables: { t: title } });
        expect([data ?? null, errors?.[0].code]).toEqual([null, "INVALID_ARGUMENT"]);
      }
    },
  );

  test("a movie's title is compared and shown as it is given, in whatever case", async () => {
    const { edit } = await start();
    const ofTitle = async (title: string) =>
      (await edit(add(`title: "${title}", year: 2024, genres: []`))).addMovie.movie;
    const cut = await ofTitle("Zed (Director's Cut)");
    expect(cut).toMatchObject({ title: "Zed (Director's Cut)", givenTitle: "Zed (Director's Cut) (2024)", year: 2024 });
    const part = await ofTitle("Zed (Part II)");
    expect(part.movieId).not.toBe(cut.movieId);
    expect(await ofTitle("zed (part ii)")).toEqual(part);
    const { addMovie } = await edit(add('title: "the godfather", year: 1972, genres: []'));
    expect(addMovie.movie.movieId).toBe(858);
  });

  test("another year leaves the title as it was given", async () => {
    const { edit } = await start();
    const { updateMovie } = await edit(update("movieId: 858, year: 1973"));
    expect(updateMovie.movie).toMatchObject({
      title: "The Godfather",
      givenTitle: "Godfather, The (1973)",
      year: 1973,
    });
  });

  test("another year takes the place of a range of years", async () => {
    const { edit, services } = await start();
    rawDatabase(services).exec("UPDATE movies SET title = 'Toy Story (1995-1996)' WHERE id = 1");
    const { updateMovie } = await edit(update("movieId: 1, year: 1997"));
    expect(updateMovie.movie).toMatchObject({ title: "Toy Story", givenTitle: "Toy Story (1997)", year: 1997 });
  });

  test("null leaves a movie's field as it is", async () => {
    const { edit } = await start();
    const { updateMovie } = await edit(update("movieId: 1, title: null, genres: null, year: 1996"));
    expect(updateMovie.movie).toMatchObject({ givenTitle: "Toy Story (1996)" });
  });

  test("a movie that is corrected is found by its new title, and no longer by the old one", async () => {
    const started = await start();
    const { updateMovie } = await started.edit(update('movieId: 1, title: "Spielzeug", genres: ["Animation"]'));
    expect(updateMovie.movie).toMatchObject({
      title: "Spielzeug",
      givenTitle: "Spielzeug (1995)",
      year: 1995,
      genres: ["Animation"],
    });
    expect([await titles(started, "spiel"), await titles(started, "toy")]).toEqual([["Spielzeug"], []]);
    const { user } = await started.data("{ user(id: 3997) { topRated } }");
    expect(user.topRated[0]).toBe("Spielzeug");
    expect((await started.edit(update("movieId: 1, year: 1996"))).updateMovie.movie.givenTitle).toBe(
      "Spielzeug (1996)",
    );
  });

  test.each([
    [
      add('title: " ", year: 2020, genres: []'),
      [{ path: ["input", "title"], message: 'expected text with something to be seen in it, received " "' }],
    ],
    [
      add('title: "A", year: 20, genres: []'),
      [{ path: ["input", "year"], message: "expected a whole number from 1870 to 2100, received 20" }],
    ],
    [
      add('title: "A", year: 2020, genres: ["Drama", "A|B"]'),
      [{ path: ["input", "genres", "1"], message: 'expected a genre without |, received "A|B"' }],
    ],
    [
      add('title: "A", year: 2020, genres: ["Drama", "Drama"]'),
      [{ path: ["input", "genres"], message: 'expected up to 20 genres, each once, received "Drama,Drama"' }],
    ],
    [
      update('movieId: 1, title: ""'),
      [{ path: ["input", "title"], message: 'expected 1 to 300 characters, received ""' }],
    ],
  ])("%s is refused, and says where", async (mutation, expected) => {
    const started = await start();
    const [result] = Object.values(await started.edit(mutation)) as { issues: unknown }[];
    expect(result).toMatchObject({ __typename: "InvalidInputError", issues: expected });
  });

  test("a movie that is not there is refused by name", async () => {
    const { edit } = await start();
    expect((await edit(update('movieId: 7, title: "A"'))).updateMovie).toMatchObject({ code: "MOVIE_NOT_FOUND" });
  });
});

describe("rateMovies", () => {
  const rate = (ratings: string) =>
    `mutation { rateMovies(input: { userId: 42, ratings: [${ratings}] }) { __typename ... on RateMoviesPayload { results { __typename ... on RateMoviePayload { rating { rating movie { movieId } } } ... on Error { code message } } } ... on Error { code } } }`;

  test("keeps what it can and says why not the rest, in order", async () => {
    const started = await start();
    const { rateMovies } = await started.edit(
      rate(
        "{ movieId: 1, rating: 4.5 }, { movieId: 7, rating: 3 }, { movieId: 858, rating: 9 }, { movieId: 73, rating: 2 }",
      ),
    );
    expect(rateMovies.results).toEqual([
      { __typename: "RateMoviePayload", rating: { rating: 4.5, movie: { movieId: 1 } } },
      { __typename: "MovieNotFoundError", code: "MOVIE_NOT_FOUND", message: "there is no movie 7" },
      {
        __typename: "InvalidRatingError",
        code: "INVALID_RATING",
        message: "expected a rating of 0.5 to 5 in half stars, received 9",
      },
      { __typename: "RateMoviePayload", rating: { rating: 2, movie: { movieId: 73 } } },
    ]);
    const { ratings } = await started.data("{ ratings(userId: 42, movieId: 1) { edges { node { rating } } } }");
    expect(ratings.edges).toEqual([{ node: { rating: 4.5 } }]);
  });

  test("the same rating again leaves its time as it was", async () => {
    const started = await start();
    const query = "{ ratings(userId: 42, movieId: 1) { edges { node { rating ratedAt } } } }";
    await started.edit(rate("{ movieId: 1, rating: 4.5 }"));
    rawDatabase(started.services).exec("UPDATE ratings SET rated_at = 1000000000 WHERE user_id = 42 AND movie_id = 1");
    const before = await started.data(query);
    await started.edit(rate("{ movieId: 1, rating: 4.5 }"));
    expect(await started.data(query)).toEqual(before);
    await started.edit(rate("{ movieId: 1, rating: 4 }"));
    expect(await started.data(query)).not.toEqual(before);
  });

  test("takes at most 500", async () => {
    const { edit } = await start();
    const { rateMovies } = await edit(
      "mutation ($ratings: [MovieRatingInput!]!) { rateMovies(input: { userId: 42, ratings: $ratings }) { ... on InvalidInputError { issues { path message } } } }",
      { ratings: Array.from({ length: 501 }, () => ({ movieId: 1, rating: 3 })) },
    );
    expect(rateMovies.issues).toEqual([
      { path: ["input", "ratings"], message: "expected up to 500 ratings in a batch, received 501" },
    ]);
  });
});

describe("an error that is about one field", () => {
  test.each([
    ['rateMovie(input: { userId: "x", movieId: 1, rating: 4 })', ["input", "userId"]],
    ['rateMovie(input: { userId: 42, movieId: "x", rating: 4 })', ["input", "movieId"]],
    ["rateMovie(input: { userId: 42, movieId: 1, rating: 4.2 })", ["input", "rating"]],
    ['removeRating(input: { userId: 42, movieId: "x" })', ["input", "movieId"]],
    ['linkImdb(input: { movieId: 1, imdbId: "x" })', ["input", "imdbId"]],
    ['linkImdb(input: { movieId: "x", imdbId: "tt0114709" })', ["input", "movieId"]],
    ['unlinkImdb(input: { movieId: "x" })', ["input", "movieId"]],
    ['updateMovie(input: { movieId: "x" })', ["input", "movieId"]],
    ['removePoster(input: { movieId: "x" })', ["input", "movieId"]],
    ['deleteUser(input: { userId: "x" })', ["input", "userId"]],
    ['createToken(input: { name: "a", scope: USER, userId: "x" })', ["input", "userId"]],
    ["rateMovie(input: { userId: 42, movieId: 7, rating: 4 })", null],
  ])("has its path: %s", async (mutation, path) => {
    const { edit } = await start();
    expect(await edit(`mutation { result: ${mutation} { ... on Error { path } } }`)).toEqual({ result: { path } });
  });

  test("of a batch has its place too", async () => {
    const { edit } = await start();
    const { rateMovies, linkImdbBatch } = await edit(`mutation {
      rateMovies(input: { userId: 42, ratings: [{ movieId: 1, rating: 4 }, { movieId: 1, rating: 9 }] }) {
        ... on RateMoviesPayload { results { ... on Error { path } } } }
      linkImdbBatch(input: { links: [{ movieId: "x", imdbId: "tt0114709" }, { movieId: 7, imdbId: "tt0114709" }] }) { results { ... on Error { path } } }
    }`);
    expect(rateMovies.results[1]).toEqual({ path: ["input", "ratings", "1", "rating"] });
    expect(linkImdbBatch.results).toEqual([{ path: ["input", "links", "0", "movieId"] }, { path: null }]);
  });
});
