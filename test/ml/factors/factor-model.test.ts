/** Factor models from training to what they serve, in memory and from their folders. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MovieId } from "../../../src/ids.js";
import { bayesDefaults } from "../../../src/ml/bayes/bayes-train.js";
import { randomSplit } from "../../../src/ml/data/split.js";
import { rmse } from "../../../src/ml/evaluation/metrics.js";
import { buildFactorModel } from "../../../src/ml/factors/factor-model.js";
import { createFactorPredictor } from "../../../src/ml/factors/factor-predictor.js";
import { loadModel } from "../../../src/ml/load-model.js";
import { saveModel } from "../../../src/ml/model/model-store.js";
import type { Pairs, Predictor, UserFeatures } from "../../../src/ml/model/predictor.js";
import { type RankerOptions, rankerDefaults } from "../../../src/ml/ranker/ranker-train.js";
import { type StarOptions, type TrainedFactors, trainFactors } from "../../../src/ml/training/factor-train.js";
import { mfDefaults } from "../../../src/ml/training/mf-train.js";
import { plantedData, timedData } from "../factor-fixtures.js";
import { movie, user } from "../fixtures.js";

const data = plantedData(80, 50, 0.1, 5);
const size = data.ratings.stars.length;
const split = randomSplit(size, 0.1, 0);
const ranker: RankerOptions = {
  positiveFrom: 3.5,
  ials: { ...rankerDefaults.ials, factors: 6, iterations: 4 },
  easeRegularization: 30,
};
const kinds: Record<"bayes" | "mf", StarOptions> = {
  bayes: { kind: "bayes", bayes: { ...bayesDefaults, factors: 8, sweeps: 60, burnIn: 20, samples: 4 } },
  mf: { kind: "mf", mf: { ...mfDefaults, factors: 4, regularization: 0.5 } },
};

let folder: string;
const trained = {} as Record<"bayes" | "mf", TrainedFactors>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marquee-factors-"));
  for (const kind of ["bayes", "mf"] as const) {
    trained[kind] = await trainFactors(data, split.train, split.validation, kinds[kind], ranker);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function build(kind: "bayes" | "mf", storage: "F16" | "F32" = "F16") {
  return buildFactorModel({
    ...trained[kind],
    name: `${kind}-${storage.toLowerCase()}`,
    kind,
    datasetName: "planted",
    data,
    storage,
    training: { seed: 0 },
  });
}

/** Every user with their ratings of the training. */
function people(rows: Int32Array = split.train): UserFeatures[] {
  return data.users.map((someone) => {
    const own = rows.filter((row) => data.ratings.userIds[row] === someone.id);
    return {
      ...someone,
      ratings: {
        movieIds: own.map((row) => data.ratings.movieIds[row]),
        stars: Float32Array.from(own, (row) => data.ratings.stars[row]),
      },
    };
  });
}

/** The ratings held out, as pairs. */
function heldOutPairs(): Pairs {
  const userPlace = new Map<number, number>(data.users.map(({ id }, place) => [id, place]));
  const moviePlace = new Map<number, number>(data.movies.map(({ id }, place) => [id, place]));
  return {
    users: people(),
    movies: data.movies,
    userIndices: split.validation.map((row) => userPlace.get(data.ratings.userIds[row]) as number),
    movieIndices: split.validation.map((row) => moviePlace.get(data.ratings.movieIds[row]) as number),
  };
}

const truth = Float32Array.from(split.validation, (row) => data.ratings.stars[row]);

async function one(model: Predictor, someone: UserFeatures, film: Pairs["movies"][number]) {
  const { stars, userKnown, itemKnown } = await model.predict({
    users: [someone],
    movies: [film],
    userIndices: Int32Array.of(0),
    movieIndices: Int32Array.of(0),
  });
  return { stars: stars[0], userKnown: userKnown[0], itemKnown: itemKnown[0] };
}

// What every factor model must do, whatever its kind.
describe.each(["bayes", "mf"] as const)("a model of kind %s", (kind) => {
  it("predicts ratings held out, from the users' other ratings", async () => {
    const { manifest } = build(kind);
    const model = createFactorPredictor(manifest, trained[kind]);
    const { stars } = await model.predict(heldOutPairs());
    const error = rmse(truth, stars);
    const ofMean = rmse(
      truth,
      truth.map(() => manifest.scale.mean),
    );
    console.log(`${kind}: RMSE ${error}, of the mean ${ofMean}`);
    expect(error).toBeLessThan(0.4 * ofMean);
  });

  it("predicts the same from its folder: to float32 in full, to a hundredth of a star in half precision", async () => {
    const expected = await createFactorPredictor(build(kind).manifest, trained[kind]).predict(heldOutPairs());
    for (const [storage, digits] of [
      // The user's embedding is rounded to half precision: the last bit of a float32 may decide which way.
      ["F32", 3],
      ["F16", 2],
    ] as const) {
      const { manifest, files } = build(kind, storage);
      const saved = await saveModel(folder, manifest, files);
      const model = await loadModel(join(folder, saved.name));
      const { stars } = await model.predict(heldOutPairs());
      stars.forEach((value, k) => {
        expect(value).toBeCloseTo(expected.stars[k], digits);
      });
      expect(model.manifest).toEqual(saved);
    }
  });

  it("predicts many pairs as it predicts each alone, in their order", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const users = people().slice(3, 6);
    const pairs = { userIndices: Int32Array.of(2, 0, 1, 2), movieIndices: Int32Array.of(5, 5, 0, 49) };
    const { stars } = await model.predict({ users, movies: data.movies, ...pairs });
    for (let k = 0; k < 4; k++) {
      const alone = await one(model, users[pairs.userIndices[k]], data.movies[pairs.movieIndices[k]]);
      expect(stars[k]).toBeCloseTo(alone.stars, 5);
    }
    // A whole catalogue goes another way, to the same figures.
    const all = await model.predict({
      users,
      movies: data.movies,
      userIndices: new Int32Array(50).fill(2),
      movieIndices: Int32Array.from(data.movies, (_, place) => place),
    });
    expect(all.stars[5]).toBeCloseTo(stars[0], 5);
    expect(all.stars[49]).toBeCloseTo(stars[3], 5);
  });

  it("follows a user's ratings at once: a new one, a changed one, one taken away", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const [, , , someone] = people();
    const film = data.movies[7];
    const before = await one(model, someone, film);
    const { movieIds, stars } = someone.ratings!;
    const other = await one(model, { ...someone, ratings: { movieIds, stars: stars.map((s) => 6 - s) } }, film);
    expect(Math.abs(other.stars - before.stars)).toBeGreaterThan(0.05);
    const fewer = { movieIds: movieIds.slice(0, 12), stars: stars.slice(0, 12) };
    expect((await one(model, { ...someone, ratings: fewer }, film)).stars).not.toBe(before.stars);
    expect(await one(model, someone, film)).toEqual(before);
  });

  it("serves somebody whom it was never trained on as somebody with the same ratings", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const [, , known] = people();
    const stranger = { ...known, id: user(55_555).id };
    for (const film of data.movies.slice(0, 10)) {
      expect(await one(model, stranger, film)).toEqual(await one(model, known, film));
    }
  });

  it("predicts for a user without ratings near the movie's mean, and says that the user is unknown", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const { stars, userKnown } = await one(model, user(4321), data.movies[3]);
    expect(userKnown).toBe(0);
    expect(Math.abs(stars - trained[kind].itemMeans[3])).toBeLessThan(0.5);
  });

  it("knows which movies it was trained on, and predicts others from their labels", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const unrated = data.movies[49];
    expect([data.movies[0].id, unrated.id, 77 as MovieId].map(model.hasItem)).toEqual([true, false, false]);
    const [someone] = people();
    for (const film of [unrated, { ...movie(77, "Drama"), year: 1995 }, movie(78, "Unheard of")]) {
      const { stars, itemKnown } = await one(model, someone, film);
      expect(itemKnown).toBe(0);
      expect(stars).toBeGreaterThan(1);
      expect(stars).toBeLessThan(5);
    }
  });

  it("predicts a movie that came later from its first ratings", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const users = people().slice(0, 40);
    // It is liked and disliked as movie 7 is: who rates it says what it is like.
    const twin = movie(77, data.movies[7].genres);
    const all = people(Int32Array.from({ length: size }, (_, row) => row));
    const raters = all.flatMap((own, u) => {
      const at = own.ratings!.movieIds.indexOf(data.movies[7].id);
      return at === -1 || u < 40 ? [] : [{ user: people()[u], stars: own.ratings!.stars[at] }];
    });
    expect(raters.length).toBeGreaterThan(10);
    const truths: number[] = [];
    const cold: number[] = [];
    const warm: number[] = [];
    for (const [u, someone] of users.entries()) {
      const at = all[u].ratings!.movieIds.indexOf(data.movies[7].id);
      if (at === -1) continue;
      truths.push(all[u].ratings!.stars[at]);
      cold.push((await one(model, someone, twin)).stars);
      const known = await one(model, someone, { ...twin, raters });
      warm.push(known.stars);
      expect(known.itemKnown).toBe(1);
    }
    const measureError = (values: number[]) => rmse(Float32Array.from(truths), Float32Array.from(values));
    console.log(
      `${kind}: from labels ${measureError(cold)}, from ${raters.length} first ratings ${measureError(warm)}`,
    );
    expect(measureError(warm)).toBeLessThan(0.7 * measureError(cold));
  });

  it("says which ratings move a prediction, in the order of the history", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const [, someone] = people();
    const reasons = await model.reasons!(someone, [data.movies[4], data.movies[49]]);
    expect(reasons[0].map(({ movieId }) => movieId as number)).toEqual([...someone.ratings!.movieIds]);
    expect(reasons[0].map(({ stars }) => stars)).toEqual([...someone.ratings!.stars]);
    expect(reasons[0].some(({ contribution }) => Math.abs(contribution) > 0.01)).toBe(true);
    expect(reasons[1]).toEqual([]);
  });

  it("ranks by preference, what it was not trained on last", async () => {
    const model = createFactorPredictor(build(kind).manifest, trained[kind]);
    const [someone] = people();
    const scores = await model.preferences!(someone, data.movies, 0, new Float32Array(50).fill(3.5));
    expect(scores[49]).toBe(Number.NEGATIVE_INFINITY);
    expect(scores.filter(Number.isFinite)).toHaveLength(49);
  });

  it.each([
    ["counts", "items.safetensors", "expected a tensor counts of 50 numbers"],
    ["priors", "priors.safetensors", "expected a tensor priors of"],
    ["factors", "ranker.safetensors", "expected a tensor factors of 300 numbers"],
  ])("refuses a folder whose tensor %s is not as large as its manifest says", async (name, file, message) => {
    const { manifest, files } = build(kind);
    const { readSafetensors, writeSafetensors } = await import("../../../src/ml/model/safetensors.js");
    const tensors = readSafetensors(files.get(file) as Uint8Array, file);
    tensors.set(name, { shape: [1], data: Float32Array.of(1) });
    files.set(file, writeSafetensors(tensors));
    const saved = await saveModel(folder, { ...manifest, name: `${kind}-damaged-${name}` }, files);
    await expect(loadModel(join(folder, saved.name))).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("refuses a folder with a sample that was changed, naming the file and the way out", async () => {
    const { manifest, files } = build(kind);
    const saved = await saveModel(folder, { ...manifest, name: `${kind}-changed` }, files);
    const file = join(folder, saved.name, "sample-000.safetensors");
    const bytes = await readFile(file);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(file, bytes);
    await expect(loadModel(join(folder, saved.name))).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringMatching(/expected sample-000.safetensors in .* rebuild it with: marquee train/),
    });
  });
});

it("the most popular movies of a newcomer's list are not its only content once they like something", async () => {
  const model = createFactorPredictor(build("bayes").manifest, trained.bayes);
  const stars = new Float32Array(50).fill(3.5);
  const newcomer = await model.preferences!(user(1), data.movies, 0, stars);
  const [someone] = people();
  const known = await model.preferences!(someone, data.movies, 0, stars);
  expect([...known]).not.toEqual([...newcomer]);
});

describe("a model trained on ratings with times", () => {
  const timed = timedData();
  const { train, validation } = randomSplit(timed.ratings.stars.length, 0.1, 0);

  it("serves the same from its folder, and another prediction on a day of the user than on others", async () => {
    const parts = await trainFactors(timed, train, validation, kinds.bayes, null);
    expect(parts.times?.edges).toHaveLength(9);
    const { manifest, files } = buildFactorModel({
      ...parts,
      name: "timed",
      kind: "bayes",
      datasetName: "planted",
      data: timed,
      storage: "F32",
      training: {},
    });
    await saveModel(folder, manifest, files);
    const loaded = await loadModel(join(folder, "timed"));
    const fresh = createFactorPredictor(manifest, parts);
    const { ratings } = timed;
    const own = train.filter((row) => ratings.userIds[row] === timed.users[0].id);
    const at = (row: number) => (ratings.ratedAt as Float64Array)[row];
    const pairs: Pairs = {
      users: [
        {
          ...timed.users[0],
          ratings: {
            movieIds: own.map((row) => ratings.movieIds[row]),
            stars: Float32Array.from(own, (row) => ratings.stars[row]),
            ratedAt: Float64Array.from(own, at),
          },
        },
      ],
      movies: timed.movies.slice(0, 1),
      userIndices: new Int32Array(3),
      movieIndices: new Int32Array(3),
      times: Float64Array.of(at(own[0]), at(own[0]) + 86_400 * 4000, 0),
    };
    const { stars } = await loaded.predict(pairs);
    const { stars: expected } = await fresh.predict(pairs);
    // A folder keeps w0 and the precisions in float32.
    for (const [k, value] of stars.entries()) expect(value).toBeCloseTo(expected[k], 4);
    expect(Math.abs(stars[0] - stars[1])).toBeGreaterThan(0.01);
    // Without a word on when: now, which is after every bin began.
    const { stars: today } = await loaded.predict({ ...pairs, times: undefined });
    expect(today[0]).toBeCloseTo(stars[1], 6);
  });

  it("is refused where its times are damaged", async () => {
    const path = join(folder, "timed", "manifest.json");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/"edges":\s*\[/, '"edges": ["x",'));
    await expect(loadModel(join(folder, "timed"))).rejects.toThrow("at times.edges.0");
    await writeFile(path, text);
  });
});

describe("a movie that was there at the training, and rated by nobody", () => {
  it("is predicted from its own row, which a movie that came later has none of", async () => {
    // The last movie of planted data has no ratings.
    const place = data.movies.length - 1;
    const { manifest } = build("bayes", "F32");
    const raised = trained.bayes.samples.map((sample) => {
      const items = sample.items.slice();
      items[(place + 1) * (sample.factors + 1) - 1] += 0.5;
      return { ...sample, items };
    });
    const pairs: Pairs = {
      users: people().slice(0, 1),
      movies: [data.movies[place], { ...data.movies[place], id: 77_777 as MovieId }],
      userIndices: Int32Array.of(0, 0),
      movieIndices: Int32Array.of(0, 1),
    };
    const before = await createFactorPredictor(manifest, trained.bayes).predict(pairs);
    const after = await createFactorPredictor(manifest, { ...trained.bayes, samples: raised }).predict(pairs);
    expect(before.itemKnown).toEqual(Uint8Array.of(0, 0));
    expect(after.stars[0] - before.stars[0]).toBeGreaterThan(0.3);
    expect(after.stars[1]).toBe(before.stars[1]);
  });
});

describe("a model trained on movies with posters", () => {
  // Posters that tell half of what a movie is: its genres, in one component each.
  const shown = plantedData(120, 90, 0.1, 9);
  const encoder = { encoderId: "thirds@1", preprocessing: "none" };
  const createPoster = (k: number) => ({
    encoder,
    content: `poster ${k}`,
    vector: Float32Array.from({ length: 3 }, (_, c) => +(k % 3 === c)),
  });
  const movies = shown.movies.map((one, k) => ({ ...one, poster: createPoster(k) }));
  // Every third movie is liked a star more, which no label says.
  const placeOf = new Map<number, number>(movies.map(({ id }, place) => [id, place]));
  const stars = shown.ratings.stars.map((value, row) =>
    (placeOf.get(shown.ratings.movieIds[row]) as number) % 3 === 0 ? value + 1 : value,
  );
  const posters: typeof shown = { ...shown, movies, posterEncoder: encoder, ratings: { ...shown.ratings, stars } };

  it("predicts a new movie from its poster, the same from its folder", async () => {
    const every = Int32Array.from(stars, (_, row) => row);
    const parts = await trainFactors(posters, every, new Int32Array(0), kinds.bayes, null);
    const { manifest, files } = buildFactorModel({
      ...parts,
      name: "shown",
      kind: "bayes",
      datasetName: "planted",
      data: posters,
      storage: "F16",
      training: {},
    });
    expect(manifest.posters).toEqual({ ...encoder, dimension: 3 });
    await saveModel(folder, manifest, files);
    const loaded = await loadModel(join(folder, "shown"));
    expect(loaded.posterEncoder).toMatchObject(encoder);
    const newcomers = [0, 1, 2].map((k) => ({ ...movie(5000 + k, "Drama"), poster: createPoster(k) }));
    const pairs: Pairs = {
      users: [user(1, null, null, null)],
      movies: [...newcomers, movie(6000, "Drama")],
      userIndices: new Int32Array(4),
      movieIndices: Int32Array.of(0, 1, 2, 3),
    };
    for (const model of [loaded, createFactorPredictor(manifest, parts)]) {
      const [first, second, third, none] = (await model.predict(pairs)).stars;
      // A user without ratings: the model counts a fifth.
      expect(first - second).toBeGreaterThan(0.1);
      expect(first - third).toBeGreaterThan(0.1);
      expect(none).toBeLessThan(first);
      expect(none).toBeGreaterThan(Math.min(second, third));
    }
    // An embedding of another encoder, be it of another length, says nothing.
    const stranger = {
      encoder: { ...encoder, encoderId: "other@1" },
      content: "poster 0",
      vector: new Float32Array(5),
    };
    const movies = [movie(6000, "Drama"), { ...movie(6001, "Drama"), poster: stranger }];
    const { stars: without } = await loaded.predict({
      ...pairs,
      movies,
      userIndices: new Int32Array(2),
      movieIndices: Int32Array.of(0, 1),
    });
    expect(without[1]).toBe(without[0]);
  });
});
