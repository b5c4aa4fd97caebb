/** Ids and indices are numbers that do not mix, and only what is an id becomes one. */
import { describe, expect, test } from "vitest";
import {
  type ImdbId,
  type ItemIndex,
  type MovieId,
  movieId,
  parseImdbId,
  parseMovieId,
  parseUserId,
  type UserId,
  type UserIndex,
  userId,
} from "../src/ids.js";
import { createIdMaps } from "../src/ml/model/id-maps.js";

const largest = 2 ** 31 - 1;

describe("types", () => {
  const takes = {
    userId: (_id: UserId) => {},
    movieId: (_id: MovieId) => {},
    userIndex: (_index: UserIndex) => {},
    itemIndex: (_index: ItemIndex) => {},
    imdbId: (_id: ImdbId) => {},
  };

  // Each line below is an error to tsc, which runs over the tests too; without one, tsc would say so.
  test("keep the four kinds of numbers apart, and from plain ones", () => {
    const user = userId(1);
    const movie = movieId(1);
    const userIndex = 0 as UserIndex;
    const itemIndex = 0 as ItemIndex;

    takes.userId(user);
    // @ts-expect-error a movie is not a user
    takes.userId(movie);
    // @ts-expect-error a row is not an id
    takes.userId(userIndex);
    // @ts-expect-error a row of movies is not a user's id
    takes.userId(itemIndex);
    // @ts-expect-error any number is not an id
    takes.userId(1);

    takes.movieId(movie);
    // @ts-expect-error a user is not a movie
    takes.movieId(user);
    // @ts-expect-error a row is not an id: the original looked movies up by their row
    takes.movieId(itemIndex);
    // @ts-expect-error a row of users is not a movie's id
    takes.movieId(userIndex);
    // @ts-expect-error any number is not an id
    takes.movieId(1);

    takes.userIndex(userIndex);
    // @ts-expect-error an id is not a row
    takes.userIndex(user);
    // @ts-expect-error a movie's id is not a user's row
    takes.userIndex(movie);
    // @ts-expect-error a row of movies is not a row of users
    takes.userIndex(itemIndex);
    // @ts-expect-error any number is not a row
    takes.userIndex(0);

    takes.itemIndex(itemIndex);
    // @ts-expect-error an id is not a row
    takes.itemIndex(movie);
    // @ts-expect-error a user's id is not a movie's row
    takes.itemIndex(user);
    // @ts-expect-error a row of users is not a row of movies
    takes.itemIndex(userIndex);
    // @ts-expect-error any number is not a row
    takes.itemIndex(0);

    // @ts-expect-error any text is not an IMDb id
    takes.imdbId("tt0114709");
    // @ts-expect-error nor is a movie's number
    takes.imdbId(movie);

    // An id may still be shown and stored as the number that it is.
    const shown: number = user;
    expect(shown).toBe(1);
  });

  test("let ids become rows only through a model's maps", () => {
    const maps = createIdMaps({
      userIds: [userId(3997), userId(42)],
      movieIds: [movieId(858), null, movieId(1)],
      genders: [],
      ageGroups: [],
      occupations: [],
      genres: [],
    });
    expect(maps.userIndex(userId(42))).toBe(1);
    expect(maps.itemIndex(movieId(1))).toBe(2);
    expect(maps.itemIndex(movieId(42))).toBeUndefined();
    // @ts-expect-error a user has no row among the movies
    expect(maps.itemIndex(userId(858))).toBe(0);
    // @ts-expect-error a movie has no row among the users
    expect(maps.userIndex(movieId(3997))).toBe(0);
  });
});

describe("userId and movieId", () => {
  test.each([1, 3997, largest])("take %i", (value) => {
    expect(userId(value)).toBe(value);
    expect(movieId(value)).toBe(value);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, largest + 1])("refuse %d", (value) => {
    expect(() => userId(value)).toThrow(
      new RangeError(`expected a user id, an integer from 1 to 2147483647, received ${value}`),
    );
    expect(() => movieId(value)).toThrow(
      new RangeError(`expected a movie id, an integer from 1 to 2147483647, received ${value}`),
    );
  });
});

describe("parseUserId and parseMovieId", () => {
  test.each([
    ["1", 1],
    ["3997", 3997],
    ["0042", 42],
    ["2147483647", largest],
  ])("read %j as %i", (text, value) => {
    expect(parseUserId(text)).toBe(value);
    expect(parseMovieId(text)).toBe(value);
  });

  test.each(["", "0", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "1\n", "٣", "2147483648", "99999999999", "abc"])(
    "read nothing in %j",
    (text) => {
      expect(parseUserId(text)).toBeUndefined();
      expect(parseMovieId(text)).toBeUndefined();
    },
  );
});

describe("parseImdbId", () => {
  test.each([
    ["tt0114709", "tt0114709"],
    ["TT0114709", "tt0114709"],
    ["114709", "tt0114709"],
    ["0114709", "tt0114709"],
    ["1", "tt0000001"],
    ["tt10872600", "tt10872600"],
    ["  tt0114709\n", "tt0114709"],
    ["https://www.imdb.com/title/tt0114709/", "tt0114709"],
    ["http://imdb.com/title/tt0114709", "tt0114709"],
    ["www.imdb.com/title/tt0114709/?ref_=x", "tt0114709"],
    ["https://m.imdb.com/title/tt0114709/reviews", "tt0114709"],
    ["https://www.imdb.com/de/title/tt0114709/", "tt0114709"],
    ["https://www.imdb.com/pt-br/title/tt0114709#cast", "tt0114709"],
  ])("reads %j as %s", (text, id) => {
    expect(parseImdbId(text)).toBe(id);
  });

  test.each([
    "",
    "tt",
    "0",
    "tt0000000",
    "tt12345678901",
    "nm0000158",
    "tt0114709x",
    "tt 0114709",
    "-114709",
    "https://www.imdb.com/name/nm0000158/",
    "https://www.imdb.com/title/",
    "https://www.imdb.com/title/tt0114709x",
    "https://imdb.com.evil.test/title/tt0114709",
    "https://evil.test/?imdb.com/title/tt0114709",
    "https://evilimdb.com/title/tt0114709",
    "ftp://imdb.com/title/tt0114709",
  ])("reads nothing in %j", (text) => {
    expect(parseImdbId(text)).toBeUndefined();
  });
});
