import { describe, expect, it } from "vitest";
import { withFallbackRows } from "../../../src/ml/baseline/baseline-fallback.js";
import { buildBaselineModel } from "../../../src/ml/baseline/baseline-model.js";
import { createBaselinePredictor } from "../../../src/ml/baseline/baseline-predictor.js";
import type { BaselineWeights } from "../../../src/ml/baseline/baseline-weights.js";
import type { TrainingSet } from "../../../src/ml/data/training-set.js";
import type { IdLists } from "../../../src/ml/model/id-maps.js";
import { getBasis, type MovieFeatures, type UserFeatures } from "../../../src/ml/model/predictor.js";
import { mulberry32 } from "../../../src/random.js";
import {
  largestDifference,
  meanVector,
  movie,
  randomWeights,
  ratings,
  referenceForward,
  user,
  vectorAt,
} from "../fixtures.js";

// Every id here is also a valid row, of somebody else: an id taken for a row gives another prediction.
const users = [user(3, "F", 25, "writer"), user(1, "M", 1, "artist"), user(2, "M", 25, "artist")];
const movies = [
  movie(2, "Drama"),
  movie(4, "War"),
  movie(1, "Drama"),
  movie(3, "Comedy"),
  movie(5, "War"),
  movie(6, "Horror"),
];
const data: TrainingSet = {
  users,
  movies,
  // User 2 and the movies 1, 5 and 6 have no ratings, and so horror has none.
  ratings: ratings([
    [3, 2, 4],
    [1, 4, 2],
    [1, 3, 3],
  ]),
};
const idLists = {
  userIds: [3, 1, 2],
  genders: ["M", "F"],
  ageGroups: [1, 25],
  occupations: ["artist", "writer"],
  movieIds: [2, 4, 1, 3, 5, 6],
  genres: ["Drama", "War", "Comedy", "Horror"],
} as IdLists;
// Tables are longer than their lists: the rows beyond are nobody's noise.
const weights = randomWeights({ user: 6, gender: 3, age: 4, occupation: 3, movie: 7, genre: 5 }, 21);
const { tables, dense } = weights;

function build(overrides: Partial<Parameters<typeof buildBaselineModel>[0]> = {}) {
  const { manifest, files } = buildBaselineModel({
    name: "small",
    origin: "imported",
    datasetName: "test",
    data,
    weights,
    idLists,
    ratedUsers: new Set([3, 1]),
    ratedMovies: new Set([2, 4, 3]),
    ...overrides,
  });
  return createBaselinePredictor(manifest, files.get("model.onnx") as Uint8Array);
}

async function predictOne(someone: UserFeatures, film: MovieFeatures, predictor = build()) {
  const predictions = await (await predictor).predict({
    users: [someone],
    movies: [film],
    userIndices: Int32Array.of(0),
    movieIndices: Int32Array.of(0),
  });
  return { stars: predictions.stars[0], basis: getBasis(predictions, 0) };
}

const stars = (vectors: number[][], of: BaselineWeights["dense"] = dense) => 5 * referenceForward(of, vectors);
/** User 3's own part: rows 0, F, 25, writer. */
const user3 = [
  vectorAt(tables.user, 0),
  vectorAt(tables.gender, 1),
  vectorAt(tables.age, 1),
  vectorAt(tables.occupation, 1),
];
const meanMovie = meanVector(tables.movie, [0, 1, 3]);

describe("the predictor", () => {
  it("predicts from the rows of the ids, where every id is also somebody else's row", async () => {
    const pairs = [
      { of: users[0], film: movies[0], rows: [0, 1, 1, 1, 0, 0] },
      { of: users[0], film: movies[3], rows: [0, 1, 1, 1, 3, 2] },
      { of: users[1], film: movies[1], rows: [1, 0, 0, 0, 1, 1] },
    ];
    for (const { of, film, rows } of pairs) {
      const order = [tables.user, tables.gender, tables.age, tables.occupation, tables.movie, tables.genre];
      const expected = stars(order.map((table, f) => vectorAt(table, rows[f])));
      const prediction = await predictOne(of, film);
      expect(prediction.stars).toBeCloseTo(expected, 4);
      expect(prediction.basis).toBe("MODEL");
    }
  });

  it("predicts a movie that nobody rated from the mean of the rated movies' rows and its genre's row, as FALLBACK", async () => {
    // Movie 5 is a war film: row 1 of the genres, trained by movie 4.
    const expected = stars([...user3, meanMovie, vectorAt(tables.genre, 1)]);
    const prediction = await predictOne(users[0], movies[4]);
    expect(prediction.stars).toBeCloseTo(expected, 4);
    expect(prediction.basis).toBe("FALLBACK");
    // Its own row is noise, and would say something else.
    const noise = stars([...user3, vectorAt(tables.movie, 4), vectorAt(tables.genre, 1)]);
    expect(Math.abs(noise - expected)).toBeGreaterThan(0.1);
  });

  it("predicts a movie that the model never saw in the same way, its genres known or not", async () => {
    const known = await predictOne(users[0], movie(900, "Comedy"));
    expect(known.stars).toBeCloseTo(stars([...user3, meanMovie, vectorAt(tables.genre, 2)]), 4);
    const unknown = await predictOne(users[0], movie(901, "Western|Musical"));
    expect(unknown.stars).toBeCloseTo(stars([...user3, meanMovie, meanVector(tables.genre, [0, 1, 2])]), 4);
    expect([known.basis, unknown.basis]).toEqual(["FALLBACK", "FALLBACK"]);
  });

  it("takes the mean of the rated genres' rows where nobody rated a movie of the genre, its row being noise too", async () => {
    const prediction = await predictOne(users[0], movies[5]);
    expect(prediction.stars).toBeCloseTo(stars([...user3, meanMovie, meanVector(tables.genre, [0, 1, 2])]), 4);
    expect(prediction.basis).toBe("FALLBACK");
  });

  it("predicts for users without ratings, or unknown, from the mean of the rated users' rows and their demographics", async () => {
    const meanUser = meanVector(tables.user, [0, 1]);
    const film = [vectorAt(tables.movie, 0), vectorAt(tables.genre, 0)];
    for (const id of [2, 700]) {
      const prediction = await predictOne(user(id, "M", 25, "artist"), movies[0]);
      const demographics = [vectorAt(tables.gender, 0), vectorAt(tables.age, 1), vectorAt(tables.occupation, 0)];
      expect(prediction.stars).toBeCloseTo(stars([meanUser, ...demographics, ...film]), 4);
      expect(prediction.basis).toBe("FALLBACK");
    }
  });

  it("takes the mean of the labels' rows where demographics are not stated or have no row", async () => {
    const means = [
      meanVector(tables.gender, [0, 1]),
      meanVector(tables.age, [0, 1]),
      meanVector(tables.occupation, [0, 1]),
    ];
    const film = [vectorAt(tables.movie, 0), vectorAt(tables.genre, 0)];
    const expected = stars([vectorAt(tables.user, 0), ...means, ...film]);
    for (const someone of [user(3), user(3, "X", 56, "astronaut")]) {
      const prediction = await predictOne(someone, movies[0]);
      expect(prediction.stars).toBeCloseTo(expected, 4);
      expect(prediction.basis).toBe("MODEL");
    }
  });

  it("takes the row that unlabelled users trained, where a model was trained on such users", async () => {
    const trained = build({
      origin: "trained",
      data: { ...data, users: [users[0], user(1, null, 1, null), users[2]] },
    });
    const film = [vectorAt(tables.movie, 0), vectorAt(tables.genre, 0)];
    const expected = stars([
      vectorAt(tables.user, 0),
      vectorAt(tables.gender, 2),
      meanVector(tables.age, [0, 1]), // every rated user has an age group
      vectorAt(tables.occupation, 2),
      ...film,
    ]);
    expect((await predictOne(user(3), movies[0], trained)).stars).toBeCloseTo(expected, 4);
  });

  it("serves rows of zeros where nothing was rated at all", async () => {
    const untrained = build({ ratedUsers: new Set(), ratedMovies: new Set() });
    const zeros = new Array<number>(50).fill(0);
    const prediction = await predictOne(users[0], movie(901, "Western"), untrained);
    expect(prediction.stars).toBeCloseTo(stars([zeros, ...user3.slice(1), zeros, zeros]), 4);
  });

  it("names the ids that nobody rated in the manifest", async () => {
    const { manifest } = await build();
    if (manifest.kind !== "baseline") throw new Error(`expected a baseline model, received ${manifest.kind}`);
    expect(manifest.untrained).toEqual({ userIds: [2], movieIds: [1, 5, 6] });
    expect(manifest.tableRows).toEqual({ user: 6, gender: 3, age: 4, occupation: 3, movie: 7, genre: 5 });
  });

  it("answers many thousand pairs as it answers each alone, in their order", async () => {
    const predictor = await build();
    const everyone = [...users, user(700, null, 25, "writer")];
    const everything = [...movies, movie(900, "Western")];
    const random = mulberry32(3);
    const size = 3 * 2048 + 5;
    const userIndices = Int32Array.from({ length: size }, () => Math.floor(random() * everyone.length));
    const movieIndices = Int32Array.from({ length: size }, () => Math.floor(random() * everything.length));
    const together = await predictor.predict({ users: everyone, movies: everything, userIndices, movieIndices });
    const alone = new Map<string, Awaited<ReturnType<typeof predictOne>>>();
    for (const [u, someone] of everyone.entries()) {
      for (const [m, film] of everything.entries()) {
        alone.set(`${u} ${m}`, await predictOne(someone, film, Promise.resolve(predictor)));
      }
    }
    const each = Array.from(userIndices, (u, k) => alone.get(`${u} ${movieIndices[k]}`)!);
    expect(
      largestDifference(
        together.stars,
        each.map((one) => one.stars),
      ),
    ).toBeLessThan(1e-5);
    expect(Array.from(userIndices, (_, k) => getBasis(together, k))).toEqual(each.map((one) => one.basis));
    expect(new Set(each.map((one) => one.basis)).size).toBe(2);
  });

  it("answers calls that overlap, each with its own", async () => {
    const predictor = await build();
    const size = 5000;
    const ask = (film: number) =>
      predictor.predict({
        users,
        movies,
        userIndices: new Int32Array(size),
        movieIndices: new Int32Array(size).fill(film),
      });
    const [first, second] = await Promise.all([ask(0), ask(1)]);
    expect(first.stars[0]).not.toBeCloseTo(second.stars[0], 1);
    for (const { stars: all } of [first, second])
      expect(
        largestDifference(
          all,
          all.map(() => all[0]),
        ),
      ).toBeLessThan(1e-5);
  });

  it("answers no pairs with nothing", async () => {
    const predictor = await build();
    const none = { users: [], movies: [], userIndices: new Int32Array(), movieIndices: new Int32Array() };
    expect((await predictor.predict(none)).stars).toHaveLength(0);
  });

  it("refuses pairs that are not as many users as movies", async () => {
    const predictor = await build();
    const uneven = { users, movies, userIndices: new Int32Array(2), movieIndices: new Int32Array(3) };
    await expect(predictor.predict(uneven)).rejects.toThrow(
      new RangeError("expected as many movies as users in pairs, received 3 and 2"),
    );
  });
});

describe("fallback rows", () => {
  it("need a flag for every row of a table", () => {
    const flags = Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [name, new Uint8Array(table.length / 50)]),
    ) as Parameters<typeof withFallbackRows>[1];
    expect(() => withFallbackRows(weights, { ...flags, movie: new Uint8Array(6) })).toThrow(
      new RangeError("expected 7 flags for the movie table, received 6"),
    );
    expect(withFallbackRows(weights, flags).tables.movie).toHaveLength(8 * 50);
  });
});
