/** Movies that users do not want recommended, and lists that only some movies may be in. */
import { describe, expect, test } from "vitest";
import { subscribe } from "../support/event-stream.js";
import { fixture, globalId, type Started, start, unknownUser } from "../support/fixture.js";

const payload = "movie { movieId } user { recommendations(first: 3) { movie { movieId } } }";
const dismiss = (movieId: number | string, userId: number | string = 3997) =>
  `mutation { dismissMovie(input: { userId: "${userId}", movieId: "${movieId}" }) {
     __typename ... on DismissMoviePayload { ${payload} } ... on Error { code message path } } }`;
const undismiss = (movieId: number | string, userId: number | string = 3997) =>
  `mutation { undismissMovie(input: { userId: "${userId}", movieId: "${movieId}" }) {
     __typename ... on UndismissMoviePayload { ${payload} } ... on Error { code message path } } }`;

async function listed({ data }: Started, args = "first: 5", userId = 3997): Promise<number[]> {
  const { user } = await data(`{ user(id: ${userId}) { recommendations(${args}) { movie { movieId } } } }`);
  return user.recommendations.map(({ movie }: { movie: { movieId: number } }) => movie.movieId);
}

describe("dismissMovie", () => {
  test("keeps a movie out of every list at once, and undismissMovie lets it back", async () => {
    const started = await start();
    const [first, second, third, fourth] = await listed(started);
    const { dismissMovie } = await started.edit(dismiss(second));
    expect(dismissMovie.movie).toEqual({ movieId: second });
    const ids = dismissMovie.user.recommendations.map(({ movie }: { movie: { movieId: number } }) => movie.movieId);
    expect(ids).toEqual([first, third, fourth]);
    expect((await listed(started)).slice(0, 3)).toEqual([first, third, fourth]);
    for (const args of [
      "first: 100",
      "first: 100, rankBy: RATING",
      "similar: true, first: 30",
      "first: 100, filter: { includeRated: true }",
    ]) {
      expect(await listed(started, args)).not.toContain(second);
    }
    expect(await listed(started, "first: 5", 42)).toEqual(await listed(await start(), "first: 5", 42));
    await started.edit(undismiss(second));
    expect((await listed(started)).slice(0, 3)).toEqual([first, second, third]);
  });

  test("is listed with the latest first, again without another entry, for whom may read the user", async () => {
    const started = await start();
    for (const id of [1, 858, 1]) await started.edit(dismiss(id, globalId("User", 3997)));
    const query =
      "{ user(id: 3997) { dismissed(first: 5) { totalCount edges { node { movie { title } dismissedAt } } } } }";
    const { dismissed } = (await started.data(query)).user;
    expect(dismissed.totalCount).toBe(2);
    expect(dismissed.edges.map(({ node }: { node: { movie: { title: string } } }) => node.movie.title)).toEqual([
      "The Godfather",
      "Toy Story",
    ]);
    expect(Date.parse(dismissed.edges[0].node.dismissedAt)).toBeGreaterThan(Date.now() - 600_000);
    const closed = await start({ dataDir: started.dataDir, publicUsers: "none" });
    expect((await closed.ask(query)).errors?.[0].code).toBe("UNAUTHENTICATED");
  });

  test("is kept for users without ratings too, and not deleted by another import of the same data", async () => {
    const started = await start();
    const [first] = await listed(started, "first: 1", unknownUser);
    await started.edit(dismiss(first, unknownUser));
    expect(await listed(started, "first: 100", unknownUser)).not.toContain(first);
    await started.edit(dismiss(fixture.unratedMovies[0].id, unknownUser));
    const again = await start({ dataDir: started.dataDir });
    expect(await listed(again, "first: 100", unknownUser)).not.toContain(first);
  });

  test.each([
    ["a movie that does not exist", dismiss(99_999), "MOVIE_NOT_FOUND", null],
    ["a user who does not exist", dismiss(1, 777), "USER_NOT_FOUND", null],
    ["an id that is none", dismiss("x"), "INVALID_ID", ["input", "movieId"]],
    ["the way back of a movie that does not exist", undismiss(99_999), "MOVIE_NOT_FOUND", null],
    ["the way back for a user who does not exist", undismiss(1, 777), "USER_NOT_FOUND", null],
  ])("refuses %s by name", async (_what, mutation, code, path) => {
    const result = Object.values(await (await start()).edit(mutation))[0];
    expect(result).toMatchObject({ code, path });
  });

  test("is allowed for one's own user only, and taking back what was not dismissed changes nothing", async () => {
    const started = await start();
    const token = await started.tokenOf("user", 42);
    expect((await started.ask(dismiss(1), { token })).errors?.[0].code).toBe("FORBIDDEN");
    expect((await started.ask(dismiss(1))).errors?.[0].code).toBe("UNAUTHENTICATED");
    const own = await started.data('mutation { undismissMovie(input: { movieId: "1" }) { __typename } }', { token });
    expect(own.undismissMovie.__typename).toBe("UndismissMoviePayload");
  });

  test("reaches an open subscription to the user's recommendations", async () => {
    const started = await start();
    const events = await subscribe(started, "recommendationsChanged(userId: 3997) { userId }");
    const next = events.next();
    while (started.services.store.changeReaders === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await started.edit(dismiss(1));
    expect(await next).toEqual({ recommendationsChanged: { userId: 3997 } });
  });
});

describe("filter.amongMovieIds", () => {
  test("ranks these movies only, in the order of the whole list, rated and dismissed ones left out", async () => {
    const started = await start();
    const all = await listed(started, "first: 100");
    const among = [all[40], all[3], all[17], 858, all[60]];
    await started.edit(dismiss(all[60]));
    const filter = `filter: { amongMovieIds: [${among.map((id) => `"${id}"`)}] }`;
    expect(await listed(started, `first: 100, ${filter}`)).toEqual([all[3], all[17], all[40]]);
    const within = `filter: { amongMovieIds: [${among.map((id) => `"${id}"`)}], excludeMovieIds: ["${all[3]}"] }`;
    expect(await listed(started, `first: 100, ${within}`)).toEqual([all[17], all[40]]);
  });

  test("of no movie ranks none, and refuses unknown movies and too many", async () => {
    const started = await start();
    expect(await listed(started, "filter: { amongMovieIds: [] }")).toEqual([]);
    const of = (ids: string) => `{ user(id: 42) { recommendations(filter: { amongMovieIds: [${ids}] }) { title } } }`;
    expect((await started.ask(of('"99999"'))).errors?.[0].code).toBe("MOVIE_NOT_FOUND");
    const many = await started.ask(of(Array.from({ length: 1001 }, () => "1").join()));
    expect(many.errors?.[0]).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "expected up to 1000 amongMovieIds, received 1001",
    });
  });

  test("serves guests too", async () => {
    const { data } = await start();
    const { recommendFor } = await data(
      '{ recommendFor(ratings: [{ movieId: "858", rating: 5 }], filter: { amongMovieIds: ["1", "858", "73"] }) { movie { movieId } } }',
    );
    expect(recommendFor.map(({ movie }: { movie: { movieId: number } }) => movie.movieId).sort()).toEqual([1, 73]);
  });
});
