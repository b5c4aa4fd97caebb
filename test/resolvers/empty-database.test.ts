/** A server whose data folder holds nothing yet: a catalogue made by hand, without a data set and without a model. */
import { expect, test } from "vitest";
import { emptyFolder, start } from "../support/fixture.js";

test("an empty database takes a movie, finds it, and serves a new user who rates it", async () => {
  const { ask, data, edit, tokenOf } = await start({ dataDir: await emptyFolder() });
  const { addMovie } = await edit(
    `mutation { addMovie(input: { title: "Häxan", year: 1922, genres: ["Horror"] }) {
      __typename ... on AddMoviePayload { movie { movieId title genres } }
    } }`,
  );
  expect(addMovie).toMatchObject({
    __typename: "AddMoviePayload",
    movie: { title: "Häxan", genres: ["Horror"] },
  });
  const { movieId } = addMovie.movie;

  const found = await data('{ movies(search: "haxan") { edges { node { movieId title } } } }');
  expect(found.movies.edges).toEqual([{ node: { movieId, title: "Häxan" } }]);

  const { createUser } = await edit(
    'mutation { createUser(input: { externalId: "first" }) { ... on CreateUserPayload { user { userId } } } }',
  );
  const { userId } = createUser.user;
  const token = await tokenOf("user", userId);
  const { rateMovie } = await data(
    `mutation { rateMovie(input: { movieId: ${movieId}, rating: 4.5 }) {
      __typename ... on RateMoviePayload { rating { rating movie { title } } }
    } }`,
    { token },
  );
  expect(rateMovie).toEqual({
    __typename: "RateMoviePayload",
    rating: { rating: 4.5, movie: { title: "Häxan" } },
  });

  // There is no model to predict with: that is said, by a code that a client can tell, and what is known is answered.
  const recommended = await ask(`{ user(id: ${userId}) { recommendations { movie { title } } } }`, { token });
  expect(recommended.errors).toEqual([
    {
      code: "DATA_EMPTY",
      message: "there is no data set yet: run marquee import, or marquee setup",
      path: ["user", "recommendations"],
    },
  ]);
  const { user } = await data(`{ user(id: ${userId}) { topRated } }`, { token });
  expect(user).toEqual({ topRated: ["Häxan"] });
});
