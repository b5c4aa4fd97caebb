/**
 * The recommendation pipeline: load ratings, exclude, rank, re-rank by poster similarity on request, and predict the stars of what is
 * left. Stars of the whole catalogue are predicted only where they decide the order.
 */
import { AppError, asAppError, userNotFound } from "../errors.js";
import { createYield } from "../event-loop.js";
import type { UserId } from "../ids.js";
import type { MovieFeatures, Predictions, UserFeatures } from "../ml/model/predictor.js";
import type { UserRatings } from "../model-inputs.js";
import type { Catalogue } from "../services/catalogue.js";
import type { User } from "../store/users.js";
import { createExclusion } from "./exclude.js";
import { type PickedMovies, pickPrepared } from "./pick-prepared.js";
import { type PostersOfList, rerankByPosters } from "./poster-rerank.js";
import type { PosterTarget } from "./poster-similarity.js";
import { type PositionPredictions, predictCatalogue, predictPositions, toStars } from "./predict.js";
import { type RankedMovies, rankMovies } from "./rank.js";
import type { Reader } from "./reader.js";
import {
  defaultCandidates,
  defaultFirst,
  defaultFirstSimilar,
  type RankedMovie,
  type RecommendedMovie,
  type RecommendOptions,
  type RecommendRequest,
  type Subject,
} from "./recommend-request.js";

/**
 * @returns at most `first` movies that the user has not rated, best first
 * @throws {AppError} USER_NOT_FOUND; as `Models.get`
 */
export async function recommend(
  reader: Reader,
  userId: UserId,
  options: RecommendOptions,
): Promise<RecommendedMovie[]> {
  const user = await reader.userById.load(userId);
  if (user === undefined) throw userNotFound(userId);
  return recommendTo(reader, { subject: await getSubject(reader, user), options });
}

/** A user as they are at present. */
export async function getSubject(reader: Reader, user: User): Promise<Subject> {
  return {
    features: user,
    ratings: () => reader.ratingsByUserId.load(user.id),
    dismissed: () => reader.dismissedByUserId.load(user.id),
    prepared: await reader.preparedByUserId.load(user.id),
    encoded: () => reader.preparedEmbedding.load(user.id),
    target: { userId: user.id },
  };
}

/** As `recommend`, for anybody whose ratings are given. @throws {AppError} INVALID_ARGUMENT; as `Models.get` */
export async function recommendTo(reader: Reader, request: RecommendRequest): Promise<RecommendedMovie[]> {
  const [list] = await recommendMany(reader, [request]);
  if (list instanceof AppError) throw list;
  return list.movies;
}

/** A list, and what it was made from besides the user's ratings, the model and the catalogue. */
export interface RecommendedList {
  movies: RecommendedMovie[];
  /** What was known of movies that the model was not trained on; undefined where they have no part in the list. */
  untrained: readonly MovieFeatures[] | undefined;
  /** What posters were compared with, and the movies whose posters it rests on; undefined where no poster counts. */
  posters?: PostersOfList & { target: PosterTarget };
}

/**
 * Many lists, in the order of the requests; an error for each that cannot be made. What they need is read together, and the catalogue
 * is predicted once for each subject at most.
 * @throws {AppError} as `Models.get`
 */
export async function recommendMany(
  reader: Reader,
  requests: readonly RecommendRequest[],
): Promise<(RecommendedList | AppError)[]> {
  const lists = await rankCandidates(reader, requests);
  const similar = lists.flatMap((list, i) =>
    requests[i].options.similar && !(list instanceof AppError) ? [{ i, list }] : [],
  );
  const reranked =
    similar.length === 0
      ? []
      : await rerankByPosters(
          reader,
          similar.map(({ i, list }) => {
            const { subject, options } = requests[i];
            const first = options.first ?? defaultFirstSimilar;
            return { candidates: list.movies, target: subject.target, first, options };
          }),
        );
  similar.forEach(({ i, list }, position) => {
    const { movies, target, posters } = reranked[position];
    lists[i] = { ...list, movies, posters: { target, ...posters } };
  });
  return addStars(reader, requests, lists);
}

interface RankedList extends Omit<RecommendedList, "movies"> {
  movies: RankedMovie[];
  /** Of the whole catalogue, where they decided the order. */
  predictions?: Predictions;
}

/** The best movies by score: as many as are asked for, or are re-ranked. */
async function rankCandidates(
  reader: Reader,
  requests: readonly RecommendRequest[],
): Promise<(RankedList | AppError)[]> {
  const catalogue = await reader.catalogue.load();
  const model = await reader.model.load();
  const getExcluded = await createExclusion(reader, catalogue, requests);
  const lists: (RankedList | AppError | undefined)[] = requests.map(({ subject: { prepared }, options }) => {
    const excluded = prepared && getExcluded(noMovies, options);
    const picked = prepared && excluded && pickPrepared(prepared, catalogue, excluded, toLength(options), options);
    return picked && { movies: toRanked(catalogue, picked, picked), untrained: undefined };
  });
  const others = groupBySubject(requests.filter((_, i) => lists[i] === undefined));
  // Together, before the first is ranked: one read for all of them.
  const raters = await Promise.all([...others.keys()].map(withRatings));
  const dismissals = await Promise.all([...others.keys()].map(({ dismissed }) => dismissed?.() ?? noMovies.dismissed));
  const ranked = new Map<RecommendRequest, RankedList | AppError>();
  const pause = createYield();
  for (const [r, wanted] of [...others.values()].entries()) {
    const rater = raters[r];
    const own = { rated: rater.ratings.movieIds, dismissed: dismissals[r] };
    let predicted: ReturnType<typeof predictCatalogue> | undefined;
    for (const request of wanted) {
      await pause();
      const { options } = request;
      const excluded = getExcluded(own, options);
      let all: Awaited<typeof predicted>;
      const predictAll = async () => {
        predicted ??= predictCatalogue(reader, model, catalogue, rater);
        all = await predicted;
        return all.predictions;
      };
      const k = toLength(options);
      const ranking = await rankMovies(model, rater, catalogue, predictAll, excluded, k, options).catch(asAppError);
      ranked.set(
        request,
        ranking instanceof AppError
          ? ranking
          : { movies: toRanked(catalogue, ranking), predictions: all?.predictions, untrained: all?.untrained },
      );
    }
    await pause();
  }
  return lists.map((list, i) => list ?? (ranked.get(requests[i]) as RankedList | AppError));
}

/** As many as are asked for, or are re-ranked. */
function toLength({ similar, first, candidates }: RecommendOptions): number {
  return similar ? (candidates ?? defaultCandidates) : (first ?? defaultFirst);
}

/** What was prepared of a user leaves out what they rated and dismissed. */
const noMovies = { rated: new Int32Array(0), dismissed: new Int32Array(0) };

/** What stars are predicted from: what was computed ahead, else the ratings. */
async function getUser(subject: Subject): Promise<UserFeatures> {
  const encoded = await subject.encoded?.();
  return encoded === undefined ? withRatings(subject) : { ...subject.features, encoded };
}

async function withRatings({ features, ratings, encoded }: Subject): Promise<UserFeatures & { ratings: UserRatings }> {
  return { ...features, ratings: await ratings(), encoded: await encoded?.() };
}

function groupBySubject(requests: readonly RecommendRequest[]): Map<Subject, RecommendRequest[]> {
  const groups = new Map<Subject, RecommendRequest[]>();
  requests.forEach((request) => {
    const group = groups.get(request.subject);
    if (group === undefined) groups.set(request.subject, [request]);
    else group.push(request);
  });
  return groups;
}

/** @param prepared the stars of each movie, where they are known already */
function toRanked(
  { movies }: Catalogue,
  { positions, scores }: RankedMovies,
  prepared?: Pick<PickedMovies, "stars" | "basis">,
): RankedMovie[] {
  const ranked = new Array<RankedMovie>(positions.length);
  for (let i = 0; i < positions.length; i++) {
    const { id, displayTitle } = movies[positions[i]];
    ranked[i] = {
      rank: i + 1,
      movieId: id,
      title: displayTitle,
      rankingScore: scores[i],
      stars: prepared?.stars[i],
      basis: prepared?.basis,
    };
  }
  return ranked;
}

function isPredicted(movie: RankedMovie): movie is RecommendedMovie {
  return movie.stars !== undefined;
}

/** Predicts the stars of the movies that are left and have none yet, those of one subject together. */
async function addStars(
  reader: Reader,
  requests: readonly RecommendRequest[],
  lists: readonly (RankedList | AppError)[],
): Promise<(RecommendedList | AppError)[]> {
  const { positionOf } = await reader.catalogue.load();
  const toPositions = ({ movies }: RankedList) => movies.map(({ movieId }) => positionOf.get(movieId) as number);
  const listOf = new Map(requests.map((request, i) => [request, lists[i]]));
  const found = new Map<Subject, PositionPredictions>();
  const pause = createYield();
  for (const [subject, own] of groupBySubject(requests)) {
    const unknown = own.flatMap((request) => {
      const list = listOf.get(request);
      const isKnown =
        list === undefined || list instanceof AppError || list.predictions || list.movies.every(isPredicted);
      return isKnown ? [] : toPositions(list);
    });
    if (unknown.length === 0) continue;
    await pause();
    found.set(subject, await predictPositions(reader, await getUser(subject), unknown));
  }
  return lists.map((list, i) => {
    if (list instanceof AppError) return list;
    const { movies, predictions, untrained, posters } = list;
    if (movies.every(isPredicted)) return { movies, untrained, posters };
    const positions = toPositions(list);
    if (predictions !== undefined) {
      const known = movies.map((movie, m) => ({ ...movie, ...toStars(predictions, positions[m]) }));
      return { movies: known, untrained, posters };
    }
    const own = found.get(requests[i].subject) as PositionPredictions;
    const known = movies.map((movie, m) => ({ ...movie, ...own.get(positions[m]) }));
    return { movies: known, untrained: own.untrained, posters };
  });
}
