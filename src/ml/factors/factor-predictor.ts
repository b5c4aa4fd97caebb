/** A factor model as it serves: everyone is folded in from their ratings as they are now. */
import { setImmediate } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { AppError } from "../../errors.js";
import type { ItemIndex, MovieId } from "../../ids.js";
import { createPause } from "../../pause.js";
import { createLabelRows } from "../data/labels.js";
import { type TimeBins, toBin, toDay, toRatingTimes } from "../data/rating-times.js";
import type { FactorManifest } from "../model/manifest.js";
import { rebuildHint } from "../model/manifest.js";
import { readModelFile } from "../model/model-store.js";
import type {
  EncoderKey,
  MovieFeatures,
  Pairs,
  PosterFeatures,
  Predictions,
  Predictor,
  RatingReason,
  UserFeatures,
  UserRatings,
} from "../model/predictor.js";
import { readSafetensors, type Tensor } from "../model/safetensors.js";
import {
  createRanking,
  easeFile,
  easeRowsPerFile,
  type Ranker,
  type Ranking,
  type RankingParts,
} from "../ranker/ranker.js";
import { modelWeight, userBias } from "./blend.js";
import { toSessions } from "./day-bias.js";
import { driftTensor, posterFile, posterTensor, sampleFile } from "./factor-model.js";
import { type FactorSample, readPriorRow, sampleArrays } from "./factor-sample.js";
import { FoldIn, type History, type ItemEmbedding, type UserEmbedding } from "./fold-in.js";
import { createItemNeighbours, type ItemNeighbours } from "./item-neighbours.js";
import { type PosterBasis, toDirection } from "./poster-prior.js";
import { createUserEmbeddings } from "./user-embeddings.js";

/** What a factor model is made of, in memory. */
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

/**
 * Loads a factor model file by file, so that a server that changes models goes on answering.
 * @throws {AppError} MODEL_INVALID
 */
export function loadFactorPredictor(folder: string, manifest: FactorManifest): Promise<Predictor> {
  return readFactorPredictor(manifest, folder, (name) => readModelFile(folder, manifest, name));
}

/**
 * A factor model from the bytes of its files, wherever they are: what is measured before it is saved is what will serve.
 * @param folder where it lies or will lie, for messages
 * @throws {AppError} MODEL_INVALID
 */
export async function readFactorPredictor(
  manifest: Omit<FactorManifest, "files">,
  folder: string,
  readBytes: (name: string) => Promise<Uint8Array>,
): Promise<Predictor> {
  const items = manifest.idMaps.movieIds.length;
  const read = async (name: string) => readSafetensors(await readBytes(name), name);
  const counts = await read("items.safetensors");
  const itemCounts = tensor(counts, "counts", items, folder);
  const itemMeans = tensor(counts, "means", items, folder);
  const priorLength = manifest.samples * (2 + 2 * (manifest.factors + 1));
  const priors = tensor(await read("priors.safetensors"), "priors", priorLength, folder);
  const { times } = manifest;
  const bins = times && times.edges.length + 1;
  const foldIn = new FoldIn(items, manifest.factors, manifest.samples, { ...manifest.scale, itemCounts, bins });
  for (let s = 0; s < manifest.samples; s++) {
    const tensors = await read(sampleFile(s));
    const sample = toSample(tensors, readPriorRow(priors, s, manifest.factors), manifest, folder);
    if (times !== undefined && bins !== undefined) {
      const drift = tensor(tensors, driftTensor, items * bins, folder);
      sample.drift = { items: drift, dayPrecision: times.dayPrecisions[s] };
    }
    if (manifest.posters !== undefined) {
      const length = manifest.posters.dimension * (manifest.factors + 1);
      sample.posterWeights = tensor(tensors, posterTensor, length, folder);
    }
    await setImmediate();
    foldIn.add(sample);
    await setImmediate();
  }
  const ranker = manifest.ranker === undefined ? undefined : await loadRanker(read, manifest, manifest.ranker, folder);
  const posters = manifest.posters && {
    encoder: manifest.posters,
    mean: tensor(await read(posterFile), "mean", manifest.posters.dimension, folder),
  };
  return createPredictor(manifest, foldIn, { itemCounts, itemMeans, posters, ranker });
}

/** A factor model that was just trained. */
export function createFactorPredictor(manifest: Omit<FactorManifest, "files">, parts: FactorParts): Predictor {
  return createPredictor(manifest, createFoldIn(manifest.idMaps.movieIds.length, manifest.scale, parts), parts);
}

/** What folds users into a model that was just trained. */
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

function toSample(
  tensors: Map<string, Tensor>,
  priors: ReturnType<typeof readPriorRow>,
  { factors, idMaps }: Omit<FactorManifest, "files">,
  folder: string,
): FactorSample {
  const width = factors + 1;
  const items = idMaps.movieIds.length;
  const lengths: Record<(typeof sampleArrays)[number], number | undefined> = {
    items: items * width,
    itemPrecisions: items,
    implicit: tensors.get("implicit")?.data.length === 0 ? 0 : items * width,
    userMean: width,
    userLabels: (idMaps.genders.length + idMaps.ageGroups.length + idMaps.occupations.length) * width,
    itemMean: width,
    itemLabels: (idMaps.genres.length + idMaps.years.bins) * width,
  };
  const arrays = {} as Record<(typeof sampleArrays)[number], Float32Array>;
  for (const name of sampleArrays) arrays[name] = tensor(tensors, name, lengths[name] ?? 0, folder);
  return { factors, ...priors, ...arrays };
}

async function loadRanker(
  read: (name: string) => Promise<Map<string, Tensor>>,
  { idMaps }: Omit<FactorManifest, "files">,
  manifest: NonNullable<FactorManifest["ranker"]>,
  folder: string,
): Promise<Ranker> {
  const items = idMaps.movieIds.length;
  const tensors = await read("ranker.safetensors");
  let ease: Float32Array | undefined;
  if (manifest.ease !== null) {
    ease = new Float32Array(items * items);
    for (let row = 0, part = 0; row < items; row += easeRowsPerFile, part++) {
      const rows = Math.min(easeRowsPerFile, items - row);
      ease.set(tensor(await read(easeFile(part)), "ease", rows * items, folder), row * items);
      await setImmediate();
    }
  }
  return {
    manifest,
    itemFactors: tensor(tensors, "factors", items * manifest.ials.factors, folder),
    likes: tensor(tensors, "likes", items, folder),
    ease,
  };
}

function tensor(tensors: Map<string, Tensor>, name: string, length: number, folder: string): Float32Array {
  const found = tensors.get(name)?.data;
  if (found === undefined || found.length !== length) {
    throw new AppError(
      "MODEL_INVALID",
      `expected a tensor ${name} of ${length} numbers in ${folder}, received ${found?.length ?? "none"}: ${rebuildHint("trained")}`,
    );
  }
  return found;
}

function createPredictor(
  manifest: Omit<FactorManifest, "files">,
  foldIn: FoldIn,
  { itemCounts, itemMeans, posters, ranker }: Omit<FactorParts, "samples">,
): Predictor {
  const items = manifest.idMaps.movieIds.length;
  const rowById = new Map<MovieId, ItemIndex>(manifest.idMaps.movieIds.map((id, row) => [id, row as ItemIndex]));
  const labels = createLabelRows(manifest.idMaps);
  const folded = createUserEmbeddings(foldIn);
  const ranking = ranker && createRanking(ranker);
  const getMovieRows = createRowLookup(rowById, itemCounts);
  const coldItems = new Map<string, ItemEmbedding>();
  const itemsByRaters = new WeakMap<MovieFeatures, ItemEmbedding>();
  const hasItem = (id: MovieId) => itemCounts[rowById.get(id) ?? -1] > 0;

  /** The part of a user's ratings whose movies the model was trained on: of others it could not tell taste from movie. */
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

  /** Whether a movie was known at the training, and rated by nobody then or since: its labels made its row. */
  const hasUntrainedRow = ({ id, raters }: MovieFeatures) => rowById.has(id) && !hasItem(id) && !raters?.length;

  /** What a movie without a row, or whose row no rating trained, is predicted from. */
  async function foldMovie(movie: MovieFeatures, pause: Pause): Promise<ItemEmbedding> {
    const own = labels.getMovieLabels(movie);
    const poster = posters && isFromEncoder(movie.poster, posters.encoder) ? movie.poster : undefined;
    const direction = () => poster && posters && toDirection(poster.vector, posters.mean);
    if (movie.raters !== undefined && movie.raters.length > 0) {
      // Whoever brings the same movie brings the same raters: another rating makes another object of it.
      const kept = itemsByRaters.get(movie);
      if (kept !== undefined) return kept;
      const raters: UserEmbedding[] = [];
      for (const { user } of movie.raters) raters.push(await folded.get(user.id, toHistory(user), pause));
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

  async function predict({ users, movies, userIndices, movieIndices, times }: Pairs): Promise<Predictions> {
    if (userIndices.length !== movieIndices.length) {
      throw new RangeError(
        `expected as many movies as users in pairs, received ${movieIndices.length} and ${userIndices.length}`,
      );
    }
    const pause = createPause();
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
    const scores = new Float32Array(items);
    for (const { user: u, time, pairs } of pairsByUser(userIndices, users.length, manifest.times && times)) {
      const history = toHistory(users[u], time);
      const user = await folded.get(users[u].id, history, pause);
      const weight = modelWeight(user.ratings);
      const bias = weight === 1 ? 0 : userBias(history.items, history.stars, itemMeans);
      // Predicting everything is one pass over the items; a few are cheaper one by one.
      const all = pairs.length > items / 8;
      if (all) await scoreAll(user, scores, pause);
      for (const pair of pairs) {
        const trained = rows[movieIndices[pair]];
        const row = trained === -1 ? (rowById.get(movies[movieIndices[pair]].id) ?? -1) : trained;
        const cold = itemEmbeddings.get(movieIndices[pair]);
        const modelled =
          cold !== undefined ? foldIn.scoreEmbedding(user, cold) : all ? scores[row] : foldIn.score(user, row);
        const mean = trained === -1 ? manifest.scale.mean : itemMeans[row];
        stars[pair] = weight * modelled + (1 - weight) * (mean + bias);
        userKnown[pair] = user.ratings > 0 ? 1 : 0;
        itemKnown[pair] = trained !== -1 || (movies[movieIndices[pair]].raters?.length ?? 0) > 0 ? 1 : 0;
      }
      await pause();
    }
    return { stars, userKnown, itemKnown };
  }

  async function scoreAll(user: UserEmbedding, out: Float32Array, pause: Pause): Promise<void> {
    out.fill(0);
    for (let s = 0; s < foldIn.samples; s++) {
      await pause();
      foldIn.addScores(s, user, out);
    }
    for (let i = 0; i < items; i++) out[i] /= foldIn.samples;
  }

  async function reasons(user: UserFeatures, movies: readonly MovieFeatures[]): Promise<RatingReason[][]> {
    const rows = getMovieRows(movies);
    const history = toHistory(user);
    const known = [...rows].filter((row) => row !== -1);
    const contributions = await foldIn.contributions(history, known, createPause());
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
    posterEncoder: posters?.encoder,
    hasItem,
    predict,
    reasons,
    similarItems: ranker && createSimilarItems(ranker, manifest.idMaps.movieIds, rowById),
    preferences: ranking && createPreferences(ranking, items, toHistory, getMovieRows),
  };
}

type Pause = ReturnType<typeof createPause>;

function isFromEncoder(poster: PosterFeatures | undefined, { encoderId, preprocessing }: EncoderKey): boolean {
  return poster?.encoder.encoderId === encoderId && poster.encoder.preprocessing === preprocessing;
}

/** Movies that nobody rated are kept by what is known of them, up to so many. */
const maxColdItems = 2000;
const noRatings: UserRatings = { movieIds: new Int32Array(0), stars: new Float32Array(0) };

/** Preference for each movie, by the ranker; −∞ for one that no rating trained. */
function createPreferences(
  ranking: Ranking,
  items: number,
  toHistory: (user: UserFeatures) => History,
  getMovieRows: (movies: readonly MovieFeatures[]) => Int32Array,
): NonNullable<Predictor["preferences"]> {
  // A user's list is asked for in several ways at once: with another popularity bias, another filter.
  const partsByUser = new WeakMap<UserFeatures, Promise<{ parts: RankingParts; likes: number }>>();
  async function read(user: UserFeatures): Promise<{ parts: RankingParts; likes: number }> {
    const history = toHistory(user);
    const liked = history.items.filter((_, k) => history.stars[k] >= ranking.positiveFrom);
    return { parts: await ranking.partsAsync(liked, createPause()), likes: liked.length };
  }
  return async (user, movies, stars, popularityBias) => {
    const kept = partsByUser.get(user) ?? read(user);
    partsByUser.set(user, kept);
    const { parts, likes } = await kept;
    const rows = getMovieRows(movies);
    const byRow = new Float32Array(items);
    rows.forEach((row, k) => {
      if (row !== -1) byRow[row] = stars[k];
    });
    const scores = new Float32Array(items);
    ranking.combine(parts, likes, byRow, popularityBias, scores);
    return Float32Array.from(rows, (row) => (row === -1 ? Number.NEGATIVE_INFINITY : scores[row]));
  };
}

/** The longest list that the API gives. */
const maxNeighbours = 100;
/** Of each, some 1.2 kB. */
const maxItemsWithNeighbours = 10_000;

/** Directions are made when they are first asked for. */
function createSimilarItems(
  { itemFactors, likes, manifest }: Ranker,
  movieIds: readonly MovieId[],
  rowById: ReadonlyMap<MovieId, ItemIndex>,
): NonNullable<Predictor["similarItems"]> {
  let neighbours: ItemNeighbours | undefined;
  // A model's neighbours never change: those of an item are found once, as many as anybody may ask for.
  const kept = new LRUCache<ItemIndex, ReturnType<ItemNeighbours["of"]>>({ max: maxItemsWithNeighbours });
  return async (id, k) => {
    const row = rowById.get(id);
    if (row === undefined) return { movieIds: [], scores: new Float64Array(0) };
    neighbours ??= createItemNeighbours(itemFactors, manifest.ials.factors, likes);
    const wanted = Math.max(k, maxNeighbours);
    let found = kept.get(row);
    if (found === undefined || found.items.length < Math.min(wanted, movieIds.length - 1)) {
      await createPause()();
      found = neighbours.of(row, wanted);
      kept.set(row, found);
    }
    const items = found.items.subarray(0, k);
    return { movieIds: Array.from(items, (item) => movieIds[item]), scores: found.cosines.subarray(0, k) };
  };
}

/** Rows of movies, −1 where the model has none that ratings trained; looked up once for a list that is asked again. */
function createRowLookup(rowById: ReadonlyMap<MovieId, ItemIndex>, itemCounts: Float32Array) {
  const known = new WeakMap<readonly MovieFeatures[], Int32Array>();
  return (movies: readonly MovieFeatures[]): Int32Array => {
    const found = known.get(movies);
    if (found !== undefined) return found;
    const rows = Int32Array.from(movies, ({ id }) => {
      const row = rowById.get(id) ?? -1;
      return row !== -1 && itemCounts[row] > 0 ? row : -1;
    });
    known.set(movies, rows);
    return rows;
  };
}

/** Pairs of each user that has any, apart for each day that predictions are for. */
function pairsByUser(
  userIndices: Int32Array,
  users: number,
  times?: Float64Array,
): Iterable<{ user: number; time?: number; pairs: number[] }> {
  const groups = new Map<number, { user: number; time?: number; pairs: number[] }>();
  userIndices.forEach((user, pair) => {
    if (!(user >= 0 && user < users)) throw new RangeError(`expected a user from 0 to ${users - 1}, received ${user}`);
    const time = times?.[pair];
    const key = time === undefined ? user : user + users * (1 + toDay(time) + 1);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { user, time, pairs: [pair] });
    else group.pairs.push(pair);
  });
  return groups.values();
}
