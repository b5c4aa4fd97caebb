/** What a user likes and what is recommended to them, over GraphQL, against plain computations of the same. */
import { describe, expect, test } from "vitest";
import { rawDatabase } from "../../support/database.js";
import {
  fixture,
  moviesWithPosters,
  predictPlainly,
  rankPlainly,
  type Started,
  start,
  unknownUser,
} from "../../support/fixture.js";

const { seed } = fixture.models.active;

interface Recommended {
  rank: number;
  title: string;
  score: number;
  basis: string;
  similarity: number | null;
  movie: { movieId: number };
}

const clamp = (stars: number) => Math.min(5, Math.max(0.5, stars));

/** A user's ratings as `topRated` must order them. */
function bestRated(userId: number) {
  return fixture.ratings
    .filter((rating) => rating.userId === userId)
    .sort(
      (a, b) => b.stars - a.stars || b.ratedAt - a.ratedAt || fixture.ratings.indexOf(a) - fixture.ratings.indexOf(b),
    );
}

/** A movie's embedding, straight from the file. */
function embeddingOf({ services }: Started, movieId: number): number[] | undefined {
  const row = rawDatabase(services)
    .prepare("SELECT vector FROM posters JOIN poster_embeddings USING (sha256) WHERE movie_id = ?")
    .get(movieId) as { vector: Buffer } | undefined;
  if (row === undefined) return undefined;
  return Array.from({ length: row.vector.length / 4 }, (_, j) => row.vector.readFloatLE(4 * j));
}

function cosine(a: number[], b: number[]): number {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, j) => sum + value * y[j], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The mean embedding of a user's three best-rated movies, of those with a poster. */
function taste(started: Started, userId: number): number[] {
  const liked = bestRated(userId)
    .slice(0, 3)
    .flatMap(({ movieId }) => {
      const vector = embeddingOf(started, movieId);
      return vector === undefined ? [] : [vector];
    });
  return liked[0].map((_, j) => liked.reduce((sum, vector) => sum + vector[j], 0) / liked.length);
}

describe("topRated", () => {
  test("orders by stars, then the latest, then the order of import", async () => {
    const { data } = await start();
    const { user } = await data(
      "{ user(id: 3997) { topRated topRatings { rating ratedAt movie { title } user { userId } } } }",
    );
    expect(user.topRated).toEqual(["Toy Story", "Film 3", "The Godfather"]);
    expect(user.topRatings).toEqual([
      { rating: 5, ratedAt: `${iso(978_300_000)}.000Z`, movie: { title: "Toy Story" }, user: { userId: 3997 } },
      { rating: 5, ratedAt: `${iso(978_200_000)}.000Z`, movie: { title: "Film 3" }, user: { userId: 3997 } },
      { rating: 5, ratedAt: `${iso(978_200_000)}.000Z`, movie: { title: "The Godfather" }, user: { userId: 3997 } },
    ]);
  });

  test("goes on in that order for as many as are asked for", async () => {
    const { data } = await start();
    for (const { id } of fixture.users) {
      const { user } = await data(`{ user(id: ${id}) { topRatings(first: 100) { movie { movieId } } } }`);
      const ids = user.topRatings.map(({ movie }: { movie: { movieId: number } }) => movie.movieId);
      expect(ids).toEqual(bestRated(id).map(({ movieId }) => movieId));
    }
  });

  test("is empty for a user without ratings", async () => {
    const { data } = await start();
    expect(await data(`{ user(id: ${unknownUser}) { topRated topRatings { rating } } }`)).toEqual({
      user: { topRated: [], topRatings: [] },
    });
  });

  test.each([0, -1, 101])("refuses first: %i", async (first) => {
    const { ask } = await start();
    const { data, errors } = await ask(`{ user(id: 42) { topRated(first: ${first}) } }`);
    expect(data).toEqual({ user: null });
    expect(errors).toMatchObject([
      {
        code: "INVALID_ARGUMENT",
        message: `expected first from 1 to 100, received ${first}`,
        path: ["user", "topRated"],
      },
    ]);
  });
});

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

describe("recommendations", () => {
  test("answers the query that README shows, re-ranked by the likeness of posters", async () => {
    const started = await start();
    const answer = await started.data(
      "query { user(id: 3997) { topRated recommendations(similar: true) { title score similarity } } }",
    );
    const mean = taste(started, 3997);
    const expected = rankPlainly(seed, 3997)
      .slice(0, 30)
      .flatMap(({ movie, stars }) => {
        const vector = embeddingOf(started, movie.id);
        return vector === undefined ? [] : [{ movie, stars, similarity: cosine(mean, vector) }];
      })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 5);
    expect(expected).toHaveLength(5);
    expect(answer.user.topRated).toEqual(["Toy Story", "Film 3", "The Godfather"]);
    expect(answer.user.recommendations.map(({ title }: Recommended) => title)).toEqual(
      expected.map(({ movie }) => movie.displayTitle),
    );
    answer.user.recommendations.forEach(({ score, similarity }: Recommended, i: number) => {
      expect(score).toBeCloseTo(clamp(expected[i].stars), 4);
      expect(similarity).toBeCloseTo(expected[i].similarity, 5);
    });
  });

  test("are by default the fifteen best predicted, by raw stars though what is shown is cut to 5", async () => {
    const { data } = await start();
    let cut = 0;
    for (const { id } of fixture.users) {
      const { user } = await data(
        `{ user(id: ${id}) { recommendations { rank title score similarity basis movie { movieId } } } }`,
      );
      const expected = rankPlainly(seed, id).slice(0, 15);
      expect(user.recommendations.map(({ movie }: Recommended) => movie.movieId)).toEqual(
        expected.map(({ movie }) => movie.id),
      );
      user.recommendations.forEach(({ rank, score }: Recommended, i: number) => {
        expect(rank).toBe(i + 1);
        expect(score).toBeCloseTo(clamp(expected[i].stars), 4);
        if (expected[i].stars > 5) cut++;
      });
    }
    // Without such a prediction the test would not show what its title says.
    expect(cut).toBeGreaterThan(1);
  });

  test("never hold a rated movie, whatever is asked for", async () => {
    const { data } = await start();
    for (const id of [42, 3997, 5]) {
      const rated = new Set(bestRated(id).map(({ movieId }) => movieId));
      const { user } = await data(`{ user(id: ${id}) {
        plain: recommendations(first: 100) { movie { movieId } }
        similar: recommendations(similar: true, first: 100, candidates: 1000) { movie { movieId } }
      } }`);
      expect(user.plain).toHaveLength(100);
      expect(user.similar.length).toBeGreaterThan(5);
      for (const { movie } of [...user.plain, ...user.similar]) expect(rated).not.toContain(movie.movieId);
    }
  });

  test("put movies that nobody rated last, and say that they are guesses", async () => {
    const { services, data } = await start();
    // 3997 rates all but three that somebody rated, so that those nobody rated come into sight.
    const rest = rankPlainly(seed, 3997).filter(({ movie }) => !fixture.unratedMovies.includes(movie));
    const rate = rawDatabase(services).prepare("INSERT INTO ratings (user_id, movie_id, rating) VALUES (3997, ?, 1)");
    for (const { movie } of rest.slice(3)) rate.run(movie.id);
    const { user } = await data("{ user(id: 3997) { recommendations(first: 6) { basis movie { movieId } } } }");
    const guesses = rankPlainly(seed, 3997).filter(({ movie }) => fixture.unratedMovies.includes(movie));
    const expected = [...rest.slice(0, 3), ...guesses.slice(0, 3)];
    expect(user.recommendations).toEqual(
      expected.map(({ movie }, i) => ({ basis: i < 3 ? "MODEL" : "FALLBACK", movie: { movieId: movie.id } })),
    );
  });

  test("stand on means and demographics for a user whom the model does not know, and say so", async () => {
    const { data } = await start();
    const { user } = await data(
      `{ user(id: ${unknownUser}) { recommendations(first: 3) { score basis similarity movie { movieId } } } }`,
    );
    const expected = rankPlainly(seed, unknownUser).slice(0, 3);
    user.recommendations.forEach(({ score, basis, similarity, movie }: Recommended, i: number) => {
      expect(movie.movieId).toBe(expected[i].movie.id);
      expect(score).toBeCloseTo(clamp(expected[i].stars), 4);
      expect(basis).toBe("FALLBACK");
      // Without a best-rated movie, what others like to look at stands in.
      const hasPoster = moviesWithPosters().some(({ id }) => id === movie.movieId);
      expect(similarity === null).toBe(!hasPoster);
    });
  });

  test("give null for the similarity of a movie without a poster, and only for those", async () => {
    const started = await start();
    const { user } = await started.data(
      "{ user(id: 3997) { recommendations(first: 30) { similarity movie { movieId poster { url } } } } }",
    );
    const mean = taste(started, 3997);
    const withPoster = new Set(moviesWithPosters().map(({ id }) => id));
    let seen = 0;
    for (const { similarity, movie } of user.recommendations) {
      expect(movie.poster !== null).toBe(withPoster.has(movie.movieId));
      if (movie.poster === null) expect(similarity).toBeNull();
      else {
        expect(similarity).toBeCloseTo(cosine(mean, embeddingOf(started, movie.movieId)!), 5);
        seen++;
      }
    }
    expect(seen).toBe(10);
  });

  test("re-rank no more candidates than asked for", async () => {
    const { data } = await start();
    const { user } = await data(
      "{ user(id: 3997) { recommendations(similar: true, candidates: 7) { rank movie { movieId } } } }",
    );
    const best = rankPlainly(seed, 3997)
      .slice(0, 7)
      .map(({ movie }) => movie.id);
    // Of the seven best, the first, fourth and seventh have a poster.
    expect(user.recommendations.map(({ rank }: Recommended) => rank)).toEqual([1, 2, 3]);
    expect(user.recommendations.map(({ movie }: Recommended) => movie.movieId).sort()).toEqual(
      [best[0], best[3], best[6]].sort(),
    );
  });

  test.each([
    ["first: 0", "expected first from 1 to 100, received 0"],
    ["first: 101", "expected first from 1 to 100, received 101"],
    ["similar: true, candidates: 0", "expected candidates from 1 to 1000, received 0"],
    ["similar: true, candidates: 1001", "expected candidates from 1 to 1000, received 1001"],
  ])("refuse %s", async (args, message) => {
    const { ask } = await start();
    const { errors } = await ask(`{ user(id: 42) { recommendations(${args}) { title } } }`);
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT", message }]);
  });
});

describe("a movie's own fields", () => {
  test("predictedRating is what the model says of a user and a movie, cut to 0.5 to 5", async () => {
    const { data } = await start();
    const unrated = fixture.unratedMovies[0];
    const { rated, unknown } = await data(
      `{ rated: movie(id: 858) { a: predictedRating(userId: 3997) b: predictedRating(userId: ${unknownUser}) }
         unknown: movie(id: ${unrated.id}) { a: predictedRating(userId: 3997) b: predictedRating(userId: ${unknownUser}) } }`,
    );
    expect(rated.a).toBeCloseTo(clamp(predictPlainly(seed, 3997, 858)), 4);
    expect(rated.b).toBeCloseTo(clamp(predictPlainly(seed, unknownUser, 858)), 4);
    expect(unknown.a).toBeCloseTo(clamp(predictPlainly(seed, 3997, unrated.id)), 4);
    expect(unknown.b).toBeCloseTo(clamp(predictPlainly(seed, unknownUser, unrated.id)), 4);
  });

  test("predictedRating of an unknown user is an error at its own place", async () => {
    const { ask } = await start();
    const { data, errors } = await ask(
      "{ movie(id: 858) { title a: predictedRating(userId: 7) b: predictedRating(userId: 42) } }",
    );
    expect(data.movie).toMatchObject({ title: "The Godfather", a: null, b: expect.any(Number) });
    expect(errors).toEqual([{ code: "USER_NOT_FOUND", message: "there is no user 7", path: ["movie", "a"] }]);
  });

  test("posterSimilarity compares with a user's taste or with another movie", async () => {
    const started = await start();
    const [, , , candidate] = moviesWithPosters();
    const { movie } = await started.data(`{ movie(id: ${candidate.id}) {
      toUser: posterSimilarity(userId: 3997) toMovie: posterSimilarity(movieId: 858) toItself: posterSimilarity(movieId: ${candidate.id})
    } }`);
    const own = embeddingOf(started, candidate.id)!;
    expect(movie.toUser).toBeCloseTo(cosine(taste(started, 3997), own), 5);
    expect(movie.toMovie).toBeCloseTo(cosine(embeddingOf(started, 858)!, own), 5);
    expect(movie.toItself).toBeCloseTo(1, 6);
  });

  test("posterSimilarity is null where either side has no poster", async () => {
    const { data } = await start();
    const without = fixture.unratedMovies[0].id;
    expect(
      await data(`{ a: movie(id: ${without}) { posterSimilarity(userId: 3997) }
        b: movie(id: 858) { posterSimilarity(movieId: ${without}) }
        }`),
    ).toEqual({ a: { posterSimilarity: null }, b: { posterSimilarity: null } });
  });

  test("posterSimilarity wants either a user or a movie, one that exists", async () => {
    const { ask } = await start();
    const { errors } = await ask(`{ movie(id: 858) {
      none: posterSimilarity both: posterSimilarity(userId: 42, movieId: 1)
      user: posterSimilarity(userId: 7) movie: posterSimilarity(movieId: 7) malformed: posterSimilarity(movieId: "x")
    } }`);
    const either = "expected either userId or movieId to compare the poster with, received both or none";
    expect(errors?.sort((a, b) => String(a.path).localeCompare(String(b.path)))).toMatchObject([
      { path: ["movie", "both"], code: "INVALID_ARGUMENT", message: either },
      { path: ["movie", "malformed"], code: "INVALID_ID" },
      { path: ["movie", "movie"], code: "MOVIE_NOT_FOUND", message: "there is no movie 7" },
      { path: ["movie", "none"], code: "INVALID_ARGUMENT", message: either },
      { path: ["movie", "user"], code: "USER_NOT_FOUND", message: "there is no user 7" },
    ]);
  });

  test("ratingCount and meanRating are of all its ratings; 0 and null without", async () => {
    const { data } = await start();
    const of = fixture.ratings.filter(({ movieId }) => movieId === 858).map(({ stars }) => stars);
    const { rated, unrated } = await data(
      `{ rated: movie(id: 858) { ratingCount meanRating } unrated: movie(id: ${fixture.unratedMovies[0].id}) { ratingCount meanRating } }`,
    );
    expect(rated.ratingCount).toBe(of.length);
    expect(rated.meanRating).toBeCloseTo(of.reduce((a, b) => a + b, 0) / of.length, 10);
    expect(unrated).toEqual({ ratingCount: 0, meanRating: null });
  });
});
