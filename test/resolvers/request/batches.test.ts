/** What is read for many users together is what each of them gets alone, and never older than the last mutation. */
import { describe, expect, test } from "vitest";
import { addFactorModel } from "../../support/factor-model.js";
import { fixture, start, unknownUser } from "../../support/fixture.js";

const someUsers = [42, unknownUser, 3997, 5];

const fields = {
  "ratings, by default": "ratings(first: 4) { totalCount edges { cursor node { rating movie { movieId } } } }",
  "ratings, the latest first, from the end":
    "ratings(last: 4, orderBy: { field: RATED_AT }) { pageInfo { hasPreviousPage } edges { cursor node { ratedAt } } }",
  "ratings that match":
    "ratings(first: 50, rating: { from: 4 }, orderBy: { field: RATING }) { totalCount nodes: edges { node { rating } } }",
  recommendations: "recommendations(first: 10) { title score basis }",
  "recommendations by posters":
    "recommendations(similar: true, first: 5, candidates: 40) { title similarity reasons { text } }",
  "recommendations by posters that are kept apart":
    "recommendations(similar: true, weight: 0.3, diversity: 0.7, first: 5) { title similarity }",
  "a page of recommendations":
    "recommendationsConnection(first: 3) { totalCount edges { cursor node { rank title } } }",
  "the visual taste": "visualTaste { basis ratedPosters clusters { share } }",
};

describe("together and alone are the same", () => {
  test.each(Object.entries(fields))("%s", async (_name, selection) => {
    const { data, services } = await start();
    await addFactorModel(services, "factors", true);
    const of = (ids: number[]) => data(`{ ${ids.map((id) => `u${id}: user(id: ${id}) { ${selection} }`).join("\n")} }`);
    const together = await of(someUsers);
    for (const id of someUsers) expect(await of([id])).toEqual({ [`u${id}`]: together[`u${id}`] });
  });
});

test("the same list with other arguments is another list", async () => {
  const { data } = await start();
  const { user } = await data(`{ user(id: 42) {
    three: recommendations(first: 3) { title }
    five: recommendations(first: 5) { title }
    comedies: recommendations(first: 5, filter: { genres: ["Comedy"] }) { title movie { genres } }
  } }`);
  expect(user.five.slice(0, 3)).toEqual(user.three);
  expect(user.five).toHaveLength(5);
  for (const { movie } of user.comedies) expect(movie.genres).toContain("Comedy");
});

test("a list that cannot be made leaves the others alone", async () => {
  const { ask } = await start();
  const { data, errors } = await ask(`{
    user(id: 42) { recommendations(first: 2) { title } }
    other: user(id: 42) { id recommendationsConnection(popularity: 0.5, first: 2) { edges { node { title } } } }
  }`);
  expect(errors).toEqual([
    expect.objectContaining({ code: "INVALID_ARGUMENT", path: ["other", "recommendationsConnection"] }),
  ]);
  expect(data.user.recommendations).toHaveLength(2);
  expect(data.other).toBeNull();
});

describe("a mutation's payload, and what follows it in the same request, shows its change", () => {
  test("of ratings", async () => {
    const { edit } = await start();
    const unrated = fixture.unratedMovies.slice(0, 2).map(({ id }) => id);
    const rate = (movieId: number) =>
      `rateMovie(input: { userId: 42, movieId: ${movieId}, rating: 5 }) { ... on RateMoviePayload { rating { user {
         recommendations(first: 100) { movie { movieId ratingCount } } ratings(first: 1) { totalCount } } movie { ratingCount } } } }`;
    const answer = await edit(`mutation { a: ${rate(unrated[0])} b: ${rate(unrated[1])} }`);
    const shown = ["a", "b"].map((alias) => {
      const { rating } = answer[alias];
      const recommended = rating.user.recommendations.map(({ movie }: { movie: { movieId: number } }) => movie.movieId);
      return {
        recommended: unrated.map((id) => recommended.includes(id)),
        ratings: rating.user.ratings.totalCount,
        ofMovie: rating.movie.ratingCount,
      };
    });
    const before = fixture.ratings.filter(({ userId }) => userId === 42).length;
    expect(shown.map(({ ratings }) => ratings)).toEqual([before + 1, before + 2]);
    expect(shown.map(({ ofMovie }) => ofMovie)).toEqual([1, 1]);
    expect(shown[0].recommended[0]).toBe(false);
    expect(shown[1].recommended).toEqual([false, false]);
  });

  test("of links", async () => {
    const { edit } = await start();
    const link = (imdbId: string) =>
      `linkImdbBatch(input: { links: [{ movieId: 1, imdbId: "${imdbId}" }] }) { results { ... on LinkImdbPayload { movie {
         imdbId similarPosters(first: 1) { movie { similarPosters(first: 100) { movie { movieId imdbId } } } } } } } }`;
    const { a, b } = await edit(`mutation { a: ${link("tt0114709")} b: ${link("tt0000001")} }`);
    const seen = [a, b].map(({ results: [{ movie }] }) => [
      movie.imdbId,
      movie.similarPosters[0].movie.similarPosters.find(
        (other: { movie: { movieId: number } }) => other.movie.movieId === 1,
      ).movie.imdbId,
    ]);
    expect(seen).toEqual([
      ["tt0114709", "tt0114709"],
      ["tt0000001", "tt0000001"],
    ]);
  });

  test("of demographics", async () => {
    const { edit } = await start();
    const update = (gender: string) =>
      `updateUser(input: { userId: 42, gender: "${gender}" }) { ... on UpdateUserPayload { user { gender
         recommendations(first: 100) { score } } } }`;
    const { a, b } = await edit(`mutation { a: ${update("F")} b: ${update("M")} }`);
    expect([a.user.gender, b.user.gender]).toEqual(["F", "M"]);
    expect(a.user.recommendations).not.toEqual(b.user.recommendations);
  });
});
