/** Trains a head on an encoder's embeddings, so that posters of the same genres and audience are similar. */
import { allMovies } from "../db/movies.js";
import { saveEmbeddings, storedEmbeddings } from "../db/posters.js";
import { allRatings } from "../db/ratings.js";
import { currentDataset } from "../db/settings.js";
import { write } from "../db/write.js";
import { AppError, received } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import { type SparseRows, sparseRows } from "../ml/data/rating-matrix.js";
import { defaultSplit, isHeldOut } from "../ml/data/split.js";
import { minLikeStars } from "../ml/encoder-training/co-likes.js";
import { createEncoderTargets } from "../ml/encoder-training/encoder-targets.js";
import { solveKernelRidge } from "../ml/encoder-training/kernel-ridge.js";
import {
  encoderFormatVersion,
  encoderName,
  type HeadEncoderManifest,
  preprocessingVersion,
  sha256Of,
} from "../posters/encoders/encoder-manifest.js";
import { listEncoders } from "../posters/encoders/encoder-store.js";
import { combineOutputs, headGraph, squaredDistances, usualGamma } from "../posters/encoders/projection-head.js";
import { writeEncoder } from "../posters/encoders/write-encoder.js";
import { createPosterIndex } from "../posters/vectors/neighbours.js";
import { gaussians, mulberry32, permutation } from "../random.js";
import type { EncoderInUse } from "../services/encoders-in-use.js";
import type { Services } from "../services/services.js";
import { createQualityMeasure, meanQuality, type Quality } from "./encoder-quality.js";

export interface TrainEncoderOptions {
  /** The encoder whose embeddings are projected. */
  base: EncoderInUse;
  name: string;
  /** Parts that the movies are held out in, to measure it; 0 measures nothing. */
  folds: number;
  seed: number;
}

/** Below so many posters there is nothing to learn. */
const leastPosters = 50;
/** Memory and the solve grow with the square and the cube of how many posters are learned from. */
export const mostLandmarks = 4000;
/** Chosen by the folds on MovieLens 1M (docs/posters.md). */
const regularization = 0.3;

/** Steps of `trainEncoder`, for progress. */
export type TrainStep = "distances" | "folds" | "head";

/**
 * Trains on the posters that have an embedding of the base, keeps the head, and keeps all posters' embeddings under it.
 * @throws {AppError} DATA_EMPTY where there are too few posters; INVALID_ARGUMENT; TRAINING_FAILED; DATABASE_BUSY
 */
export async function trainEncoder(
  services: Services,
  { base, name, folds, seed }: TrainEncoderOptions,
  onProgress: (step: TrainStep, done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<HeadEncoderManifest> {
  const { db, folders } = services;
  checkName(name, base, folders.encoders);
  const data = readPosters(services, base);
  const { n, d, contents, vectors, genres, likes, learnedLikes } = data;
  const index = await createPosterIndex(vectors.slice(), d);
  const landmarks = permutation(n, mulberry32(seed)).slice(0, mostLandmarks).sort();
  const L = landmarks.length;
  const known = rowsOf(index.directions, d, landmarks);
  const distances = await squaredDistances(known, d, async (done, total) => {
    if (done % 100 === 0 || done === total) {
      signal?.throwIfAborted();
      onProgress("distances", done, total);
    }
  });
  const gamma = usualGamma(distances);
  const kernel = distances.map((distance) => Math.exp(-gamma * distance));
  const facts = {
    genres: Array.from(landmarks, (i) => genres[i]),
    likes: columnsOf(likes, landmarks),
    learnedLikes: columnsOf(learnedLikes, landmarks),
  };
  let quality: HeadEncoderManifest["quality"] = null;
  if (folds > 0) {
    quality = await evaluate({ ...facts, kernel, base: rowsOf(vectors, d, landmarks), d, folds, seed }, (done) => {
      signal?.throwIfAborted();
      onProgress("folds", done, folds);
    });
  }
  const { targets, outputs } = createEncoderTargets(facts.genres, facts.learnedLikes, seed);
  const weights = solveKernelRidge(kernel, L, targets, regularization);
  onProgress("head", 1, 1);
  const graph = headGraph({ mean: index.mean, landmarks: known, weights, gamma });
  const { manifest: baseManifest } = base;
  const graphSha256 = sha256Of(graph);
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
      dataset: currentDataset(db)!.name,
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
  // With every poster a landmark, their embeddings are at hand: nothing has to be decoded again. They are there before
  // the head is, which may take the place of one in use.
  if (L === n) {
    const projected = combineOutputs(kernel, weights, L);
    const made = new Map(
      contents.map((sha256, i) => [sha256, projected.slice(i * outputs, (i + 1) * outputs)] as const),
    );
    const key = { encoderId: manifest.id, preprocessing: preprocessingVersion(manifest.preprocessing) };
    await write(db, () => saveEmbeddings(db, key, made));
  }
  await writeEncoder(folders.encoders, manifest, graph);
  return manifest;
}

/** A head may take the place of a head only: another encoder of that name could not be made again from here. */
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

interface PosterData {
  n: number;
  d: number;
  contents: string[];
  /** n × d. */
  vectors: Float32Array;
  genres: string[][];
  /** Users × the n movies: all of them, which say how good a head is. */
  likes: SparseRows;
  /** Those to learn from. */
  learnedLikes: SparseRows;
}

function readPosters({ db }: Services, { key, manifest }: EncoderInUse): PosterData {
  const stored = storedEmbeddings(db, key);
  const movies = allMovies(db).filter(({ id }) => stored.has(id));
  const n = movies.length;
  if (n < leastPosters) {
    throw new AppError(
      "DATA_EMPTY",
      `expected at least ${leastPosters} movies with a poster to learn from, found ${n}`,
    );
  }
  const d = manifest.dimension;
  const vectors = new Float32Array(n * d);
  movies.forEach(({ id }, i) => {
    vectors.set(stored.get(id)!.vector, i * d);
  });
  const itemOf = new Map<number, number>(movies.map(({ id }, i) => [id, i]));
  const { userIds, movieIds, stars } = allRatings(db);
  const rowOf = new Map<number, number>();
  const all: Likes = { rowAt: [], itemAt: [] };
  const learned: Likes = { rowAt: [], itemAt: [] };
  for (let r = 0; r < stars.length; r++) {
    // All users count, those without likes of these movies too: lift is out of all.
    const row = rowOf.get(userIds[r]) ?? rowOf.size;
    rowOf.set(userIds[r], row);
    const item = itemOf.get(movieIds[r]);
    if (item === undefined || stars[r] < minLikeStars) continue;
    // A model that knows posters by this head is judged by what it held out: the head must not have seen it either.
    const { seed, share } = defaultSplit;
    const isLearned = !isHeldOut(seed, userIds[r] as UserId, movieIds[r] as MovieId, share);
    for (const { rowAt, itemAt } of isLearned ? [all, learned] : [all]) {
      rowAt.push(row);
      itemAt.push(item);
    }
  }
  const matrixOf = ({ rowAt, itemAt }: Likes) =>
    sparseRows(rowOf.size, n, Int32Array.from(rowAt), Int32Array.from(itemAt), new Float32Array(rowAt.length).fill(1));
  return {
    n,
    d,
    contents: movies.map(({ id }) => stored.get(id)!.content),
    vectors,
    genres: movies.map(({ genres }) => (genres === "" ? [] : genres.split("|"))),
    likes: matrixOf(all),
    learnedLikes: matrixOf(learned),
  };
}

/** A row and a column for each. */
interface Likes {
  rowAt: number[];
  itemAt: number[];
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
async function evaluate(
  { genres, likes, learnedLikes, kernel, base, d, folds, seed }: EvaluationData,
  onFold: (done: number) => void,
): Promise<HeadEncoderManifest["quality"]> {
  const n = genres.length;
  const measure = createQualityMeasure({ genres, likes });
  const order = permutation(n, mulberry32(seed + 1));
  const parts: Quality[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const heldOut = order.filter((_, place) => place % folds === fold);
    const learned = order.filter((_, place) => place % folds !== fold);
    const { targets, outputs } = createEncoderTargets(
      Array.from(learned, (i) => genres[i]),
      columnsOf(learnedLikes, learned),
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

function rowsOf(matrix: Float32Array, d: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * d);
  rows.forEach((row, i) => {
    out.set(matrix.subarray(row * d, (row + 1) * d), i * d);
  });
  return out;
}

/** Some of the items, in the order given. */
function columnsOf({ rows, columns, indptr, indices }: SparseRows, wanted: Int32Array): SparseRows {
  const placeOf = new Int32Array(columns).fill(-1);
  wanted.forEach((column, place) => {
    placeOf[column] = place;
  });
  const rowAt: number[] = [];
  const columnAt: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let at = indptr[r]; at < indptr[r + 1]; at++) {
      const place = placeOf[indices[at]];
      if (place < 0) continue;
      rowAt.push(r);
      columnAt.push(place);
    }
  }
  const ones = new Float32Array(rowAt.length).fill(1);
  return sparseRows(rows, wanted.length, Int32Array.from(rowAt), Int32Array.from(columnAt), ones);
}
