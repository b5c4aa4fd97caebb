/** Loads what a head learns from: embedded posters, with the genres and likes of their movies. */
import { AppError } from "../../errors.js";
import { splitGenres } from "../../genres.js";
import type { MovieId, UserId } from "../../ids.js";
import { type SparseRows, sparseRows } from "../../ml/data/rating-matrix.js";
import { defaultSplit, isHeldOut } from "../../ml/data/split.js";
import { minLikeStars } from "../../ml/encoder-training/co-likes.js";
import type { EncoderInUse } from "../../services/encoders-in-use.js";
import type { Services } from "../../services/services.js";

/** With fewer there is nothing to learn. */
const minPosters = 50;

export interface PosterData {
  n: number;
  d: number;
  contents: string[];
  /** n × d. */
  vectors: Float32Array;
  genres: string[][];
  /** Users × the n movies: all likes, which a head is measured on. */
  likes: SparseRows;
  /** The likes to learn from. */
  learnedLikes: SparseRows;
}

/** @throws {AppError} DATA_EMPTY where there are too few posters */
export async function loadPosterData({ store }: Services, { key, manifest }: EncoderInUse): Promise<PosterData> {
  const stored = await store.embeddings.ofMovies(key);
  const movies = (await store.movies.all()).filter(({ id }) => stored.has(id));
  const n = movies.length;
  if (n < minPosters) {
    throw new AppError("DATA_EMPTY", `expected at least ${minPosters} movies with a poster to learn from, found ${n}`);
  }
  const d = manifest.dimension;
  const vectors = new Float32Array(n * d);
  movies.forEach(({ id }, i) => {
    vectors.set(stored.get(id)!.vector, i * d);
  });
  const itemIndexes = new Map<number, number>(movies.map(({ id }, i) => [id, i]));
  const { userIds, movieIds, stars } = await store.ratings.all();
  const userRows = new Map<number, number>();
  const all: Likes = { rows: [], items: [] };
  const learned: Likes = { rows: [], items: [] };
  for (let r = 0; r < stars.length; r++) {
    // Every user counts, even one without likes of these movies: lift is relative to all.
    const row = userRows.get(userIds[r]) ?? userRows.size;
    userRows.set(userIds[r], row);
    const item = itemIndexes.get(movieIds[r]);
    if (item === undefined || stars[r] < minLikeStars) continue;
    // A model that reads posters by this head is measured on what it held out: the head must not learn from that either.
    const { seed, share } = defaultSplit;
    const isLearned = !isHeldOut(seed, userIds[r] as UserId, movieIds[r] as MovieId, share);
    for (const { rows, items } of isLearned ? [all, learned] : [all]) {
      rows.push(row);
      items.push(item);
    }
  }
  const toMatrix = ({ rows, items }: Likes) =>
    sparseRows(userRows.size, n, Int32Array.from(rows), Int32Array.from(items), new Float32Array(rows.length).fill(1));
  return {
    n,
    d,
    contents: movies.map(({ id }) => stored.get(id)!.content),
    vectors,
    genres: movies.map(({ genres }) => splitGenres(genres)),
    likes: toMatrix(all),
    learnedLikes: toMatrix(learned),
  };
}

/** The row and the column of each like. */
interface Likes {
  rows: number[];
  items: number[];
}
