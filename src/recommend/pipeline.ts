/** The recommendation pipeline: load ratings, predict, exclude, rank, and re-rank by poster similarity on request. */
import { AppError, asAppError, userNotFound } from "../errors.js";
import { createYield } from "../event-loop.js";
import type { UserId } from "../ids.js";
import { getBasis, type Predictions } from "../ml/model/predictor.js";
import type { Catalogue } from "../services/catalogue.js";
import type { User } from "../store/users.js";
import { createExclusion } from "./exclude.js";
import { rerankByPosters } from "./poster-rerank.js";
import { type RankedMovies, rankMovies } from "./rank.js";
import type { Reader } from "./reader.js";
import {
  defaultCandidates,
  defaultFirst,
  defaultFirstSimilar,
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

/** A user with their present ratings. */
export async function getSubject(reader: Reader, user: User): Promise<Subject> {
  const ratings = await reader.ratingsByUserId.load(user.id);
  return { features: { ...user, ratings }, target: { userId: user.id } };
}

/** As `recommend`, for anybody whose ratings are given. @throws {AppError} INVALID_ARGUMENT; as `Models.get` */
export async function recommendTo(reader: Reader, request: RecommendRequest): Promise<RecommendedMovie[]> {
  const [movies] = await recommendMany(reader, [request]);
  if (movies instanceof AppError) throw movies;
  return movies;
}

/**
 * Many lists, in the order of the requests; an error for each that cannot be made. What they need is read together, and movies are
 * predicted once for each subject.
 * @throws {AppError} as `Models.get`
 */
export async function recommendMany(
  reader: Reader,
  requests: readonly RecommendRequest[],
): Promise<(RecommendedMovie[] | AppError)[]> {
  const lists = await rankCandidates(reader, requests);
  const similar = lists.flatMap((movies, i) =>
    requests[i].options.similar && !(movies instanceof AppError) ? [{ i, candidates: movies }] : [],
  );
  if (similar.length === 0) return lists;
  const reranked = await rerankByPosters(
    reader,
    similar.map(({ i, candidates }) => {
      const { subject, options } = requests[i];
      return { candidates, target: subject.target, first: options.first ?? defaultFirstSimilar, options };
    }),
  );
  similar.forEach(({ i }, position) => {
    lists[i] = reranked[position];
  });
  return lists;
}

/** The best movies by score: as many as are asked for, or are re-ranked. */
async function rankCandidates(
  reader: Reader,
  requests: readonly RecommendRequest[],
): Promise<(RecommendedMovie[] | AppError)[]> {
  const catalogue = await reader.catalogue.load("current");
  const { movies, everyPosition } = catalogue;
  const model = await reader.model.load("current");
  const featured = await reader.services.untrainedMovies(model, movies);
  const userIndices = new Int32Array(movies.length);
  const getExcluded = await createExclusion(reader, catalogue, requests);
  const lists: (RecommendedMovie[] | AppError)[] = requests.map(() => []);
  const pause = createYield();
  for (const subject of new Set(requests.map((request) => request.subject))) {
    const user = subject.features;
    const predictions = await model.predict({
      users: [user],
      movies: featured,
      userIndices,
      movieIndices: everyPosition,
    });
    for (const [i, request] of requests.entries()) {
      if (request.subject !== subject) continue;
      await pause();
      const { options } = request;
      const k = options.similar ? (options.candidates ?? defaultCandidates) : (options.first ?? defaultFirst);
      const excluded = getExcluded(user.ratings, options);
      const ranking = await rankMovies(model, user, catalogue, predictions, excluded, k, options).catch(asAppError);
      lists[i] = ranking instanceof AppError ? ranking : toRecommended(catalogue, predictions, ranking);
    }
    await pause();
  }
  return lists;
}

function toRecommended(
  { movies }: Catalogue,
  predictions: Predictions,
  { positions, scores }: RankedMovies,
): RecommendedMovie[] {
  return Array.from(positions, (position, i) => ({
    rank: i + 1,
    rankingScore: scores[i],
    movieId: movies[position].id,
    title: movies[position].displayTitle,
    stars: predictions.stars[position],
    basis: getBasis(predictions, position),
  }));
}
