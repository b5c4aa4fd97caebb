import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { importBaseline, ratedIds } from "../../../src/ml/baseline/baseline-import.js";
import { type FeatureName, weightsToTensors } from "../../../src/ml/baseline/baseline-weights.js";
import type { TrainingSet } from "../../../src/ml/data/training-set.js";
import { type Tensor, writeSafetensors } from "../../../src/ml/model/safetensors.js";
import { movie, randomWeights, ratings, user } from "../fixtures.js";

// Ids with gaps, and movies whose order in the list is not the order of their ids.
const data: TrainingSet = {
  users: [user(2, "F", 25, "artist"), user(5, "M", 1, "farmer")],
  movies: [movie(30, "Drama"), movie(7, "Comedy"), movie(12, "Drama")],
  ratings: ratings([
    [2, 30, 4],
    [5, 7, 2],
  ]),
};
const occupations = ["artist", "farmer", "writer"];
const tableRows = { user: 6, gender: 2, age: 7, occupation: 3, movie: 3, genre: 2 };

const goodMaps = {
  userIds: [5, null, 2],
  genders: ["F"],
  ageGroups: [1, 25],
  occupations: ["farmer"],
  movieIds: [12, 30, null, 7],
  genres: ["Comedy", "Drama"],
};
const rowsOfGoodMaps = { user: 3, gender: 1, age: 2, occupation: 1, movie: 4, genre: 2 };

function createTensors(rows: Record<FeatureName, number>): Map<string, Tensor> {
  return weightsToTensors(randomWeights(rows, 5));
}

function importTensors(tensors: Map<string, Tensor>, idMaps?: unknown) {
  const json = idMaps === undefined || typeof idMaps === "string" ? idMaps : JSON.stringify(idMaps);
  return importBaseline(writeSafetensors(tensors), "m.safetensors", data, occupations, json);
}

function refusal(tensors: Map<string, Tensor>, idMaps?: unknown): string {
  try {
    importTensors(tensors, idMaps);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
  throw new Error("expected a refusal, but the weights were imported");
}

function reshaped(name: string, shape: number[]): Map<string, Tensor> {
  const tensors = createTensors(tableRows);
  expect(tensors.has(name)).toBe(true);
  return tensors.set(name, { shape, data: new Float32Array(shape.reduce((product, n) => product * n, 1)) });
}

describe("importing a baseline network", () => {
  it("takes every tensor's values, and the file's checksum", () => {
    const tensors = createTensors(tableRows);
    const bytes = writeSafetensors(tensors);
    const { weights, sha256 } = importBaseline(bytes, "m.safetensors", data, occupations);
    expect(weightsToTensors(weights)).toEqual(tensors);
    expect(sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("reads rows by MovieLens 1M's convention: users by id, movies by place in the list, genre strings as they appear", () => {
    expect(importTensors(createTensors(tableRows)).idLists).toEqual({
      userIds: [null, null, 2, null, null, 5],
      genders: ["M", "F"],
      ageGroups: [1, 18, 25, 35, 45, 50, 56],
      occupations: ["artist", "farmer", "writer"],
      movieIds: [30, 7, 12],
      genres: ["Drama", "Comedy"],
    });
  });

  it("accepts the spare rows that the original made: movies up to the largest id, and one label more", () => {
    const spare = { user: 6, gender: 2, age: 8, occupation: 4, movie: 31, genre: 3 };
    expect(importTensors(createTensors(spare)).idLists.movieIds).toEqual([30, 7, 12]);
  });

  it.each([
    ["user_embedding.weight", [6, 49], "[rows, 50]"],
    ["user_embedding.weight", [300], "[rows, 50]"],
    ["gender_embedding.weight", [50, 2], "[rows, 50]"],
    ["age_embedding.weight", [7, 51], "[rows, 50]"],
    ["occupation_embedding.weight", [3, 50, 1], "[rows, 50]"],
    ["movie_embedding.weight", [0, 50], "[rows, 50]"],
    ["genre_embedding.weight", [2, 25], "[rows, 50]"],
    ["fc1.weight", [300, 10], "[10, 300]"],
    ["fc1.bias", [1, 10], "[10]"],
    ["fc2.weight", [10, 11], "[10, 10]"],
    ["fc2.bias", [9], "[10]"],
    ["fc3.weight", [10, 1], "[1, 10]"],
    ["fc3.weight", [10], "[1, 10]"],
    ["fc3.bias", [], "[1]"],
  ])("refuses %s of shape %j", (name, shape, expected) => {
    expect(refusal(reshaped(name, shape))).toBe(
      `MODEL_INVALID: expected ${name} of shape ${expected} in m.safetensors, received [${shape.join(", ")}]`,
    );
  });

  it.each([...createTensors(tableRows).keys()])("refuses a file without %s", (name) => {
    const tensors = createTensors(tableRows);
    tensors.delete(name);
    expect(refusal(tensors)).toMatch(
      new RegExp(`^MODEL_INVALID: expected ${name} of shape .* in m.safetensors, received no such tensor$`),
    );
  });

  it("refuses a file with tensors of another network, naming some", () => {
    const tensors = createTensors(tableRows);
    for (const name of ["fc4.weight", "fc4.bias", "bn.weight", "bn.bias"]) {
      tensors.set(name, { shape: [1], data: Float32Array.of(0) });
    }
    expect(refusal(tensors)).toBe(
      "MODEL_INVALID: expected the 12 tensors of the baseline network in m.safetensors, received also fc4.weight, fc4.bias, bn.weight",
    );
  });

  it.each([
    ["user", 5, "6", "users"],
    ["user", 7, "6", "users"],
    ["gender", 3, "2", "genders"],
    ["age", 6, "7 or 8", "age groups"],
    ["occupation", 5, "3 or 4", "occupations"],
    ["movie", 2, "3 or 31", "movies"],
    ["movie", 13, "3 or 31", "movies"],
    ["genre", 1, "2 or 3", "genre strings"],
  ] as const)("refuses a %s table of %i rows for this data set", (table, rows, expected, of) => {
    expect(refusal(createTensors({ ...tableRows, [table]: rows }))).toBe(
      `MODEL_INVALID: expected ${table}_embedding.weight of shape [${expected}, 50] in m.safetensors for the ${of} of ` +
        `the loaded data set, received [${rows}, 50]: import the data set it was trained on, or say which row is whose ` +
        "with --id-maps",
    );
  });

  it("refuses a file that is no safetensors file, by its name", () => {
    expect(() => importBaseline(Buffer.from("PK\u0003\u0004 a zip"), "m.pt", data, occupations)).toThrow(
      expect.objectContaining({ code: "MODEL_INVALID", message: expect.stringMatching(/safetensors .* in m\.pt$/) }),
    );
  });
});

describe("importing a baseline network with id maps", () => {
  it("takes the rows' ids from them, null for a row of nobody", () => {
    expect(importTensors(createTensors(rowsOfGoodMaps), goodMaps).idLists).toEqual(goodMaps);
  });

  it("accepts tables with rows to spare", () => {
    const spare = { user: 30, gender: 4, age: 9, occupation: 2, movie: 50, genre: 8 };
    expect(importTensors(createTensors(spare), goodMaps).idLists).toEqual(goodMaps);
  });

  it.each([
    ["user", 3, "users"],
    ["gender", 1, "genders"],
    ["age", 2, "age groups"],
    ["occupation", 1, "occupations"],
    ["movie", 4, "movies"],
    ["genre", 2, "genre strings"],
  ] as const)("refuses a %s table with fewer rows than ids", (table, least, of) => {
    const longer = {
      user: { userIds: [5, null, 2, 9] },
      gender: { genders: ["F", "M"] },
      age: { ageGroups: [1, 18, 25] },
      occupation: { occupations: ["farmer", "artist"] },
      movie: { movieIds: [12, 30, null, 7, 8] },
      genre: { genres: ["Comedy", "Drama", "War"] },
    }[table];
    expect(refusal(createTensors(rowsOfGoodMaps), { ...goodMaps, ...longer })).toBe(
      `MODEL_INVALID: expected ${table}_embedding.weight of shape [at least ${least + 1}, 50] in m.safetensors for the ` +
        `${of} of the loaded data set, received [${least}, 50]: import the data set it was trained on`,
    );
  });

  const { genres: _genres, ...withoutGenres } = goodMaps;
  it.each([
    ["no JSON", "{userIds", /Expected property name|JSON/],
    ["a list", [], /at the top: Invalid input: expected object, received array$/],
    ["a missing list", withoutGenres, /at genres: Invalid input: expected array, received undefined$/],
    ["a list too many", { ...goodMaps, titles: [] }, /Unrecognized key: "titles"$/],
    ["an id as text", { ...goodMaps, userIds: ["5"] }, /at userIds\.0: Invalid input: expected number/],
    ["the id 0", { ...goodMaps, movieIds: [12, 0] }, /at movieIds\.1: Too small/],
    ["half an id", { ...goodMaps, movieIds: [1.5] }, /at movieIds\.0: Invalid input: expected int/],
    [
      "one user in two rows",
      { ...goodMaps, userIds: [5, 2, 5] },
      /expected every user id once in the id maps, received 5 at rows 0 and 2$/,
    ],
    [
      "one genre string in two rows",
      { ...goodMaps, genres: ["Drama", "Drama"] },
      /expected every genre string once in the id maps, received Drama at rows 0 and 1$/,
    ],
  ])("refuses id maps with %s", (_, idMaps, why) => {
    const message = refusal(createTensors(rowsOfGoodMaps), idMaps);
    expect(message).toMatch(
      /^MODEL_INVALID: expected id maps as JSON with userIds, genders, ageGroups, occupations, movieIds and genres, each in the order of rows: /,
    );
    expect(message).toMatch(why);
  });
});

describe("the ids that were rated", () => {
  it("are those that occur in ratings", () => {
    expect(ratedIds(data.ratings)).toEqual({ users: new Set([2, 5]), movies: new Set([30, 7]) });
  });
});
