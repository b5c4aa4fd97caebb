/** Trains a head on an encoder's embeddings, so that posters of movies with the same genres and audience are similar. */
import { AppError, received } from "../../errors.js";
import { type SparseRows, sparseRows } from "../../ml/data/rating-matrix.js";
import { createEncoderTargets } from "../../ml/encoder-training/encoder-targets.js";
import { solveKernelRidge } from "../../ml/encoder-training/kernel-ridge.js";
import {
  encoderFormatVersion,
  encoderName,
  type HeadEncoderManifest,
  preprocessingVersion,
} from "../../posters/encoders/encoder-manifest.js";
import { listEncoders } from "../../posters/encoders/encoder-store.js";
import { combineOutputs, headGraph, medianGamma, squaredDistances } from "../../posters/encoders/projection-head.js";
import { writeEncoder } from "../../posters/encoders/write-encoder.js";
import { createPosterIndex } from "../../posters/vectors/neighbours.js";
import { gaussians, mulberry32, permutation } from "../../random.js";
import type { EncoderInUse } from "../../services/encoders-in-use.js";
import type { Services } from "../../services/services.js";
import { sha256Hex } from "../../sha256.js";
import { type Progress, silent } from "../progress.js";
import { createQualityMeasure, meanQuality, type Quality } from "./encoder-quality.js";
import { loadPosterData } from "./load-poster-data.js";

export interface TrainHeadOptions {
  /** The encoder whose embeddings are projected. */
  base: EncoderInUse;
  name: string;
  /** Parts that the movies are held out in, to measure it; 0 measures nothing. */
  folds: number;
  seed: number;
  signal?: AbortSignal;
}

/** Memory grows with the square of the number of posters learned from, the time of the solve with its cube. */
export const maxLandmarks = 4000;
/** Chosen by the folds on MovieLens 1M (docs/posters.md). */
const regularization = 0.3;

/**
 * Trains on the posters that have an embedding by the base, and saves the head and all posters' embeddings by it.
 * @throws {AppError} DATA_EMPTY where there are too few posters; INVALID_ARGUMENT; TRAINING_FAILED; DATABASE_BUSY
 */
export async function trainHead(
  services: Services,
  { base, name, folds, seed, signal }: TrainHeadOptions,
  progress: Progress = silent,
): Promise<HeadEncoderManifest> {
  const { store, folders } = services;
  checkName(name, base, folders.encoders);
  const data = await loadPosterData(services, base);
  const { n, d, contents, vectors, genres, likes, learnedLikes } = data;
  const index = await createPosterIndex(vectors.slice(), d);
  const landmarks = permutation(n, mulberry32(seed)).slice(0, maxLandmarks).sort();
  const L = landmarks.length;
  const known = selectRows(index.directions, d, landmarks);
  const distances = await squaredDistances(known, d, async (done, total) => {
    if (done % 100 === 0 || done === total) {
      signal?.throwIfAborted();
      progress.update({ stage: "compare", done, total, unit: "posters" });
    }
  });
  const gamma = medianGamma(distances);
  const kernel = distances.map((distance) => Math.exp(-gamma * distance));
  const facts = {
    genres: Array.from(landmarks, (i) => genres[i]),
    likes: selectColumns(likes, landmarks),
    learnedLikes: selectColumns(learnedLikes, landmarks),
  };
  let quality: HeadEncoderManifest["quality"] = null;
  if (folds > 0) {
    quality = await measureFolds(
      { ...facts, kernel, base: selectRows(vectors, d, landmarks), d, folds, seed },
      (done) => {
        signal?.throwIfAborted();
        progress.update({ stage: "measure", done, total: folds, unit: "folds" });
      },
    );
  }
  const { targets, outputs } = createEncoderTargets(facts.genres, facts.learnedLikes, seed);
  const weights = solveKernelRidge(kernel, L, targets, regularization);
  progress.update({ stage: "train", done: 1, total: 1, unit: "head" });
  const graph = headGraph({ mean: index.mean, landmarks: known, weights, gamma });
  const { manifest: baseManifest } = base;
  const graphSha256 = sha256Hex(graph);
  const manifest: HeadEncoderManifest = {
    formatVersion: encoderFormatVersion,
    id: `${name}@${graphSha256.slice(0, 12)}`,
    name,
    kind: "head",
    dimension: outputs,
    preprocessing: baseManifest.preprocessing,
    base: { name: baseManifest.name, id: baseManifest.id, dimension: d },
    graphSha256,
    graphBytes: graph.length,
    training: {
      dataset: (await services.serving()).dataset!.name,
      posters: L,
      likes: facts.learnedLikes.indices.length,
      seed,
      gamma,
      regularization,
    },
    quality,
    addedAt: new Date().toISOString(),
  };
  signal?.throwIfAborted();
  // Where every poster is a landmark, their embeddings are known: nothing has to be decoded again. They are saved before
  // the head, which may replace one in use.
  if (L === n) {
    const projected = combineOutputs(kernel, weights, L);
    const made = new Map(
      contents.map((sha256, i) => [sha256, projected.slice(i * outputs, (i + 1) * outputs)] as const),
    );
    const key = { encoderId: manifest.id, preprocessing: preprocessingVersion(manifest.preprocessing) };
    await store.embeddings.save(key, made);
  }
  await writeEncoder(folders.encoders, manifest, graph);
  return manifest;
}

/** A head may replace a head only: another encoder of that name could not be restored from here. */
function checkName(name: string, { manifest }: EncoderInUse, folder: string): void {
  if (manifest.kind === "head") {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected an encoder that is no head to train one on, received ${received(manifest.name)}, a head on ${manifest.base.name}`,
    );
  }
  const holder = listEncoders(folder).find((encoder) => encoder.name === name);
  if (!encoderName.test(name) || (holder !== undefined && holder.kind !== "head")) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a name of lower-case letters, digits and hyphens that no encoder but a head has, received ${received(name)}`,
    );
  }
}

interface EvaluationData {
  genres: string[][];
  likes: SparseRows;
  learnedLikes: SparseRows;
  /** n × n. */
  kernel: Float32Array;
  /** n × d. */
  base: Float32Array;
  d: number;
  folds: number;
  seed: number;
}

/** Each movie is held out once: its genres and likes are unknown to the head that embeds it; all are searched. */
async function measureFolds(
  { genres, likes, learnedLikes, kernel, base, d, folds, seed }: EvaluationData,
  onFold: (done: number) => void,
): Promise<HeadEncoderManifest["quality"]> {
  const n = genres.length;
  const measure = createQualityMeasure({ genres, likes });
  const order = permutation(n, mulberry32(seed + 1));
  const parts: Quality[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const heldOut = order.filter((_, index) => index % folds === fold);
    const learned = order.filter((_, index) => index % folds !== fold);
    const { targets, outputs } = createEncoderTargets(
      Array.from(learned, (i) => genres[i]),
      selectColumns(learnedLikes, learned),
      seed,
    );
    const L = learned.length;
    const rows = new Float32Array(n * L);
    for (let i = 0; i < n; i++) for (let j = 0; j < L; j++) rows[i * L + j] = kernel[i * n + learned[j]];
    const own = new Float32Array(L * L);
    for (let i = 0; i < L; i++) own.set(rows.subarray(learned[i] * L, (learned[i] + 1) * L), i * L);
    const weights = solveKernelRidge(own, L, targets, regularization);
    parts.push(measure(combineOutputs(rows, weights, L), outputs, [...heldOut]));
    onFold(fold + 1);
  }
  const everyone = Array.from({ length: n }, (_, i) => i);
  const chance = Float32Array.from(gaussians(mulberry32(seed + 2), n * chanceDimension, 1));
  return {
    folds,
    heldOut: meanQuality(parts),
    base: measure(base, d, everyone, { centre: (await createPosterIndex(base.slice(), d)).mean }),
    random: measure(chance, chanceDimension, everyone),
  };
}

const chanceDimension = 16;

function selectRows(matrix: Float32Array, d: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * d);
  rows.forEach((row, i) => {
    out.set(matrix.subarray(row * d, (row + 1) * d), i * d);
  });
  return out;
}

/** Some of the items, in the order given. */
function selectColumns({ rows, columns, indptr, indices }: SparseRows, wanted: Int32Array): SparseRows {
  const newIndexes = new Int32Array(columns).fill(-1);
  wanted.forEach((column, index) => {
    newIndexes[column] = index;
  });
  const rowAt: number[] = [];
  const columnAt: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let k = indptr[r]; k < indptr[r + 1]; k++) {
      const column = newIndexes[indices[k]];
      if (column < 0) continue;
      rowAt.push(r);
      columnAt.push(column);
    }
  }
  const ones = new Float32Array(rowAt.length).fill(1);
  return sparseRows(rows, wanted.length, Int32Array.from(rowAt), Int32Array.from(columnAt), ones);
}
