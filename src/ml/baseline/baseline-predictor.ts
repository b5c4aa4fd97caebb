/** Serves the baseline network through onnxruntime. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { createYield } from "../../event-loop.js";
import type { MovieId } from "../../ids.js";
import { createIdMaps } from "../model/id-maps.js";
import type { BaselineManifest } from "../model/manifest.js";
import type { MovieFeatures, Pairs, Predictions, Predictor } from "../model/predictor.js";
import { features, ratingScale } from "./baseline-weights.js";

// Pairs in one run: onnxruntime's run() blocks its thread, so others run in between.
const pairsPerRun = 1024;

/** A model from its graph, with one onnxruntime session that lives as long as the process. */
export async function createBaselinePredictor(
  manifest: Omit<BaselineManifest, "files">,
  graph: Uint8Array,
): Promise<Predictor> {
  // The fallback row of each table is its last one.
  const fallback = features.map(({ name }) => manifest.tableRows[name]);
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const maps = createIdMaps(manifest.idMaps);
  const untrainedUsers = new Set(manifest.untrained.userIds);
  const untrainedMovies = new Set(manifest.untrained.movieIds);

  // A catalogue is passed repeatedly as the same array: its rows are looked up once.
  const knownLists = new WeakMap<readonly MovieFeatures[], Int32Array>();
  function getMovieRows(movies: readonly MovieFeatures[]): Int32Array {
    const found = knownLists.get(movies);
    if (found !== undefined) return found;
    const rows = new Int32Array(movies.length * 2);
    movies.forEach((movie, i) => {
      rows[2 * i] = (untrainedMovies.has(movie.id) ? undefined : maps.itemIndex(movie.id)) ?? fallback[4];
      rows[2 * i + 1] = maps.genreRow(movie.genres) ?? fallback[5];
    });
    knownLists.set(movies, rows);
    return rows;
  }

  async function predict({ users, movies, userIndices, movieIndices }: Pairs): Promise<Predictions> {
    if (userIndices.length !== movieIndices.length) {
      throw new RangeError(
        `expected as many movies as users in pairs, received ${movieIndices.length} and ${userIndices.length}`,
      );
    }
    const userRows = new Int32Array(users.length * 4);
    users.forEach((user, u) => {
      userRows[4 * u] = (untrainedUsers.has(user.id) ? undefined : maps.userIndex(user.id)) ?? fallback[0];
      userRows[4 * u + 1] = maps.genderRow(user.gender) ?? fallback[1];
      userRows[4 * u + 2] = maps.ageRow(user.ageGroup) ?? fallback[2];
      userRows[4 * u + 3] = maps.occupationRow(user.occupation) ?? fallback[3];
    });
    const itemRows = getMovieRows(movies);
    const size = userIndices.length;
    const stars = new Float32Array(size);
    const userKnown = new Uint8Array(size);
    const itemKnown = new Uint8Array(size);
    const pause = createYield();
    for (let from = 0; from < size; from += pairsPerRun) {
      if (from > 0) await pause();
      const n = Math.min(pairsPerRun, size - from);
      const feeds: Record<string, Tensor> = {};
      features.forEach(({ input }, f) => {
        const rows = new BigInt64Array(n);
        // Written as the low 32 bits of each 64-bit row: a BigInt for each would cost more than the network.
        const low = new Int32Array(rows.buffer);
        for (let k = 0; k < n; k++) {
          low[2 * k] = f < 4 ? userRows[4 * userIndices[from + k] + f] : itemRows[2 * movieIndices[from + k] + f - 4];
        }
        feeds[input] = new Tensor("int64", rows, [n]);
      });
      const { rating } = await session.run(feeds);
      const output = rating.data as Float32Array;
      for (let k = 0; k < n; k++) {
        stars[from + k] = output[k] * ratingScale;
        userKnown[from + k] = userRows[4 * userIndices[from + k]] === fallback[0] ? 0 : 1;
        itemKnown[from + k] = itemRows[2 * movieIndices[from + k]] === fallback[4] ? 0 : 1;
      }
    }
    return { stars, userKnown, itemKnown };
  }

  const hasItem = (id: MovieId) => maps.itemIndex(id) !== undefined && !untrainedMovies.has(id);
  return { manifest, needsRatings: false, hasItem, predict };
}
