/** Builds a baseline model, its manifest and its files, from tensors and id maps. */
import type { MovieId, UserId } from "../../ids.js";
import type { TrainingSet } from "../data/training-set.js";
import type { IdLists } from "../model/id-maps.js";
import { type BaselineManifest, modelFormat, modelFormatVersion } from "../model/manifest.js";
import type { UserFeatures } from "../model/predictor.js";
import { writeSafetensors } from "../model/safetensors.js";
import { fingerprint } from "./baseline-data.js";
import { overwriteUntrained, type TrainedRows, withFallbackRows } from "./baseline-fallback.js";
import { baselineGraph } from "./baseline-graph.js";
import { type BaselineWeights, countRows, features, ratingScale, weightsToTensors } from "./baseline-weights.js";

export interface BaselineModelInput {
  name: string;
  origin: BaselineManifest["origin"];
  datasetName: string;
  data: TrainingSet;
  weights: BaselineWeights;
  idLists: IdLists;
  /** Users and movies that ratings trained; the rows of all others are noise and never served. */
  ratedUsers: ReadonlySet<number>;
  ratedMovies: ReadonlySet<number>;
  training?: BaselineManifest["training"];
  sourceSha256?: string;
}

export interface BuiltModel {
  manifest: Omit<BaselineManifest, "files">;
  files: Map<string, Uint8Array>;
}

/** The model's manifest, and its weights and graph by file name, for `saveModel` to write. */
export function buildBaselineModel(input: BaselineModelInput): BuiltModel {
  const { weights, idLists, ratedUsers, ratedMovies, data } = input;
  const trained = trainedRows(input);
  const served = withFallbackRows(weights, trained);
  overwriteUntrained(served.tables.genre, trained.genre);
  const files = new Map<string, Uint8Array>([
    ["weights.safetensors", writeSafetensors(weightsToTensors(weights))],
    ["model.onnx", baselineGraph(served)],
  ]);
  const manifest: Omit<BaselineManifest, "files"> = {
    format: modelFormat,
    formatVersion: modelFormatVersion,
    name: input.name,
    kind: "baseline",
    origin: input.origin,
    createdAt: new Date().toISOString(),
    dataset: { name: input.datasetName, ratings: data.ratings.stars.length, fingerprint: fingerprint(data.ratings) },
    sourceSha256: input.sourceSha256,
    idMaps: idLists,
    untrained: {
      userIds: idLists.userIds.filter((id): id is UserId => id !== null && !ratedUsers.has(id)),
      movieIds: idLists.movieIds.filter((id): id is MovieId => id !== null && !ratedMovies.has(id)),
    },
    tableRows: {
      user: countRows(weights.tables.user),
      gender: countRows(weights.tables.gender),
      age: countRows(weights.tables.age),
      occupation: countRows(weights.tables.occupation),
      movie: countRows(weights.tables.movie),
      genre: countRows(weights.tables.genre),
    },
    preprocessing: { ratingScale, features: features.map(({ name }) => name) },
    training: input.training,
  };
  return { manifest, files };
}

/**
 * Which rows ratings trained: those of rated users and movies, of the latter's genres, and every demographic label.
 * Where users without a label took part in the training, their own row beyond the labels alone is what falls back.
 */
function trainedRows({ weights, idLists, ratedUsers, ratedMovies, data, origin }: BaselineModelInput): TrainedRows {
  const ratedGenres = new Set(data.movies.filter((movie) => ratedMovies.has(movie.id)).map((movie) => movie.genres));
  const flags = <T>(table: Float32Array, list: readonly (T | null)[], isTrained: (label: T) => boolean) => {
    const trained = new Uint8Array(countRows(table));
    list.forEach((label, row) => {
      trained[row] = label !== null && isTrained(label) ? 1 : 0;
    });
    return trained;
  };
  const labelled = <T>(table: Float32Array, list: readonly T[], getLabel: (user: UserFeatures) => T | null) => {
    const hasUnlabelled = data.users.some((user) => ratedUsers.has(user.id) && getLabel(user) === null);
    if (origin === "imported" || !hasUnlabelled) return flags(table, list, () => true);
    const trained = new Uint8Array(countRows(table));
    trained[list.length] = 1;
    return trained;
  };
  const { tables } = weights;
  return {
    user: flags(tables.user, idLists.userIds, (id) => ratedUsers.has(id)),
    gender: labelled(tables.gender, idLists.genders, (user) => user.gender),
    age: labelled(tables.age, idLists.ageGroups, (user) => user.ageGroup),
    occupation: labelled(tables.occupation, idLists.occupations, (user) => user.occupation),
    movie: flags(tables.movie, idLists.movieIds, (id) => ratedMovies.has(id)),
    genre: flags(tables.genre, idLists.genres, (genres) => ratedGenres.has(genres)),
  };
}
