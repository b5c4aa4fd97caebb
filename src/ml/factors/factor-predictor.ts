/** A factor model that serves predictions: every user is folded in from their current ratings. */

import { createYield, withoutSignal } from "../../event-loop.js";
import type { ItemIndex, MovieId } from "../../ids.js";
import type { EncoderKey, PosterEmbedding, UserRatings } from "../../model-inputs.js";
import { createLabelRows } from "../data/labels.js";
import { type TimeBins, toBin, toDay, toRatingTimes } from "../data/rating-times.js";
import type { TableValues } from "../linalg/row-table.js";
import type { FactorManifest } from "../model/manifest.js";
import type { MovieFeatures, Pairs, Predictions, Predictor, RatingReason, UserFeatures } from "../model/predictor.js";
import { createRanking, loadRanking, type Ranker, type Ranking } from "../ranker/ranker.js";
import { modelWeight, userBias } from "./blend.js";
import { toSessions } from "./day-bias.js";
import type { FactorSample } from "./factor-sample.js";
import { FoldIn } from "./fold-in.js";
import type { History, UserEmbedding } from "./fold-in-solver.js";
import type { ItemEmbedding } from "./item-fold-in.js";
import { createSimilarItems } from "./item-neighbours.js";
import { type PosterBasis, toDirection } from "./poster-prior.js";
import { createRowLookup, groupPairsByUser } from "./prediction-pairs.js";
import { createPreferences } from "./preferences.js";
import { decodeServedUser, encodeServedUser, type ServedUser } from "./served-user.js";
import { createUserEmbeddings } from "./user-embeddings.js";

/** The parts of a factor model in memory. */
export interface FactorParts {
  samples: readonly FactorSample[];
  itemCounts: Float32Array;
  itemMeans: Float32Array;
  /** Of models that know times. */
  times?: TimeBins;
  /** Of models that learned from posters. */
  posters?: PosterBasis;
  ranker?: Ranker;
}

/** A factor model that was just trained. */
export function createFactorPredictor(manifest: Omit<FactorManifest, "files">, parts: FactorParts): Predictor {
  return createServingPredictor(manifest, createFoldIn(manifest.idMaps.movieIds.length, manifest.scale, parts), parts);
}

/** The fold-in of a model that was just trained. */
export function createFoldIn(
  items: number,
  scale: FactorManifest["scale"],
  { samples, itemCounts, times }: FactorParts,
): FoldIn {
  const bins = times && times.edges.length + 1;
  const foldIn = new FoldIn(items, samples[0].factors, samples.length, { ...scale, itemCounts, bins });
  for (const sample of samples) foldIn.add(sample);
  return foldIn;
}

/**
 * A factor model whose samples are in `foldIn`.
 * @param readEase reads the ranker's largest part when it is first needed: where lists were prepared ahead, it may never be
 */
export function createServingPredictor(
  manifest: Omit<FactorManifest, "files">,
  foldIn: FoldIn,
  { itemCounts, itemMeans, posters, ranker }: Omit<FactorParts, "samples">,
  readEase?: () => AsyncIterable<TableValues>,
): Predictor {
  const items = manifest.idMaps.movieIds.length;
  const rowById = new Map<MovieId, ItemIndex>(manifest.idMaps.movieIds.map((id, row) => [id, row as ItemIndex]));
  const labels = createLabelRows(manifest.idMaps);
  const userEmbeddings = createUserEmbeddings(foldIn);
  let ranking: Promise<Ranking> | undefined;
  const getRanking = (): Promise<Ranking> => {
    if (ranking === undefined) {
      const reading = withoutSignal(readRanking);
      ranking = reading;
      reading.catch(() => {
        if (ranking === reading) ranking = undefined;
      });
    }
    return ranking;
  };
  const readRanking = async () =>
    readEase === undefined ? createRanking(ranker as Ranker) : loadRanking(ranker as Ranker, readEase());
  const getMovieRows = createRowLookup(rowById, itemCounts);
  const coldItems = new Map<string, ItemEmbedding>();
  const itemsByRaters = new WeakMap<MovieFeatures, ItemEmbedding>();
  const shape = { samples: foldIn.samples, width: manifest.factors + 1, stride: foldIn.stride };
  const hasItem = (id: MovieId) => itemCounts[rowById.get(id) ?? -1] > 0;

  /** The user's ratings of movies that the model was trained on; from others it cannot tell taste from movie. */
  function toHistory(user: UserFeatures, time = Date.now() / 1000): History {
    const { movieIds, stars, ratedAt } = user.ratings ?? noRatings;
    const kept: number[] = [];
    for (let k = 0; k < movieIds.length; k++) if (hasItem(movieIds[k] as MovieId)) kept.push(k);
    const { times } = manifest;
    const own =
      times &&
      toRatingTimes(
        times,
        kept.map((k) => ratedAt?.[k] ?? 0),
      );
    const when = own && { sessions: toSessions(own.days, toDay(time)), bins: own.bins, bin: toBin(times, time) };
    return {
      items: Int32Array.from(kept, (k) => rowById.get(movieIds[k] as MovieId) as ItemIndex),
      stars: Float32Array.from(kept, (k) => stars[k]),
      labels: labels.getUserLabels(user),
      when,
    };
  }

  /** Whether a movie was in the training set and has no rating yet: its row comes from its labels. */
  const hasUntrainedRow = ({ id, raters }: MovieFeatures) => rowById.has(id) && !hasItem(id) && !raters?.length;

  /** The embedding of a movie without a row, or whose row no rating trained. */
  async function foldMovie(movie: MovieFeatures, pause: Pause): Promise<ItemEmbedding> {
    const own = labels.getMovieLabels(movie);
    const poster = posters && isFromEncoder(movie.poster, posters.encoder) ? movie.poster : undefined;
    const direction = () => poster && posters && toDirection(poster.vector, posters.mean);
    if (movie.raters !== undefined && movie.raters.length > 0) {
      // The same object has the same raters: another rating makes another object.
      const kept = itemsByRaters.get(movie);
      if (kept !== undefined) return kept;
      const raters: UserEmbedding[] = [];
      for (const { user } of movie.raters) raters.push(await userEmbeddings.get(user.id, toHistory(user), pause));
      await pause();
      const stars = Float32Array.from(movie.raters, (rater) => rater.stars);
      const item = foldIn.foldItem(own, raters, stars, direction());
      itemsByRaters.set(movie, item);
      return item;
    }
    const key = `${own.rows.join(" ")} ${poster?.content ?? ""}`;
    let item = coldItems.get(key);
    if (item === undefined) {
      item = foldIn.coldItem(own, direction());
      if (coldItems.size >= maxColdItems) coldItems.clear();
      coldItems.set(key, item);
      await pause();
    }
    return item;
  }

  async function getUser(user: UserFeatures, pause: Pause, time?: number): Promise<ServedUser> {
    if (user.encoded !== undefined) return decodeServedUser(user.encoded, shape);
    const history = toHistory(user, time);
    const embedding = await userEmbeddings.get(user.id, history, pause);
    const weight = modelWeight(embedding.ratings);
    return { embedding, weight, bias: weight === 1 ? 0 : userBias(history.items, history.stars, itemMeans) };
  }

  async function predict({ users, movies, userIndices, movieIndices, times }: Pairs): Promise<Predictions> {
    if (userIndices.length !== movieIndices.length) {
      throw new RangeError(
        `expected as many movies as users in pairs, received ${movieIndices.length} and ${userIndices.length}`,
      );
    }
    const pause = createYield();
    const size = userIndices.length;
    const stars = new Float32Array(size);
    const userKnown = new Uint8Array(size);
    const itemKnown = new Uint8Array(size);
    const rows = getMovieRows(movies);
    const itemEmbeddings = new Map<number, ItemEmbedding>();
    for (const movie of movieIndices) {
      if (rows[movie] === -1 && !itemEmbeddings.has(movie) && !hasUntrainedRow(movies[movie])) {
        itemEmbeddings.set(movie, await foldMovie(movies[movie], pause));
      }
    }
    for (const { user: u, time, pairs } of groupPairsByUser(userIndices, users.length, manifest.times && times)) {
      const { embedding: user, weight, bias } = await getUser(users[u], pause, time);
      const warm = pairs.filter((pair) => !itemEmbeddings.has(movieIndices[pair]));
      const warmRows = Int32Array.from(warm, (pair) => rowById.get(movies[movieIndices[pair]].id) as ItemIndex);
      const scores = await scoreRows(user, warmRows, pause);
      warm.forEach((pair, k) => {
        stars[pair] = scores[k];
      });
      for (const pair of pairs) {
        const movie = movieIndices[pair];
        const row = rows[movie];
        const cold = itemEmbeddings.get(movie);
        const modelled = cold === undefined ? stars[pair] : foldIn.scoreEmbedding(user, cold);
        const mean = row === -1 ? manifest.scale.mean : itemMeans[row];
        stars[pair] = weight * modelled + (1 - weight) * (mean + bias);
        userKnown[pair] = user.ratings > 0 ? 1 : 0;
        itemKnown[pair] = row !== -1 || (movies[movie].raters?.length ?? 0) > 0 ? 1 : 0;
      }
      await pause();
    }
    return { stars, userKnown, itemKnown };
  }

  /** Predicted stars of items, in the order of their rows. */
  async function scoreRows(user: UserEmbedding, rows: Int32Array, pause: Pause): Promise<Float32Array> {
    const scores = new Float32Array(rows.length);
    for (let from = 0; from < rows.length; from += rowsPerPiece) {
      if (from > 0) await pause();
      const piece = rows.subarray(from, from + rowsPerPiece);
      foldIn.scoresOf(user, piece, scores.subarray(from, from + piece.length));
    }
    return scores;
  }

  async function reasons(user: UserFeatures, movies: readonly MovieFeatures[]): Promise<RatingReason[][]> {
    const rows = getMovieRows(movies);
    const history = toHistory(user);
    const known = [...rows].filter((row) => row !== -1);
    const contributions = await foldIn.contributions(history, known, createYield());
    const weight = modelWeight(history.items.length);
    let next = 0;
    return Array.from(rows, (row) => {
      if (row === -1) return [];
      return Array.from(contributions[next++], (contribution, k) => ({
        movieId: manifest.idMaps.movieIds[history.items[k]],
        stars: history.stars[k],
        contribution: weight * contribution,
      }));
    });
  }

  return {
    manifest,
    needsRatings: true,
    knowsTimes: manifest.times !== undefined,
    posterEncoder: posters?.encoder,
    hasItem,
    predict,
    encodeUser:
      manifest.times === undefined
        ? async (user) => encodeServedUser(await getUser({ ...user, encoded: undefined }, createYield()), shape)
        : undefined,
    reasons,
    similarItems: ranker && createSimilarItems(ranker, manifest.idMaps.movieIds, rowById),
    preferences: ranker && createPreferences(getRanking, items, toHistory, getMovieRows),
    prefersByStars: ranker && ranker.manifest.weights.stars !== 0,
    loadRest: async () => {
      if (ranker !== undefined) await getRanking();
    },
  };
}

type Pause = ReturnType<typeof createYield>;

function isFromEncoder(poster: PosterEmbedding | undefined, { encoderId, preprocessing }: EncoderKey): boolean {
  return poster?.encoder.encoderId === encoderId && poster.encoder.preprocessing === preprocessing;
}

/** Rows that are scored in a millisecond or two. */
const rowsPerPiece = 1000;
/** Unrated movies whose embeddings are cached, by their labels and poster. */
const maxColdItems = 2000;
const noRatings: UserRatings = { movieIds: new Int32Array(0), stars: new Float32Array(0) };
