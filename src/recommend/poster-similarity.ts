/** Similarity of a movie's poster to those of a user's best-rated movies, or to another movie's. */
import { postersByMovieIds } from "../db/posters.js";
import { topRatingsOfUsers } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import { createYield } from "../event-loop.js";
import type { MovieId, UserId } from "../ids.js";
import { cosine, meanEmbedding } from "../posters/vectors/similarity.js";
import type { Services } from "../services/services.js";
import { type Alike, type TasteBasis, type UsualPoster, usualPosters } from "./poster-taste.js";

/** The posters of so many best-rated movies stand for a user's taste, as in the original. */
export const topPosters = 3;

/** Movies' posters count alike; `of` says whose best-rated movies they are, where it is somebody who is in no database. */
export type SimilarityTarget = { userId: UserId } | { movieIds: readonly MovieId[]; of?: Alike };

/** What posters are compared with. */
export interface PosterTarget {
  /** Null where none of the movies that it should be made of has a poster. */
  vector: Float32Array | null;
  /** The posters that it is the mean of. */
  anchors: { movieId: MovieId; vector: Float32Array }[];
  /** Where somebody rated fewer than three movies: what stands in for the others. */
  standIn: { basis: Exclude<TasteBasis, "RATINGS">; ratedMovies: number; of: Alike } | null;
}

/** Read at once, a few milliseconds' worth: a page of movies, and those that they are compared with. */
const postersPerStep = 120;

/**
 * Movies' embeddings in the order asked; undefined where there is no poster, or it cannot be read. Posters that are
 * missing are fetched in the background: the next query may find them.
 */
export async function embeddingsOfMovies(
  services: Services,
  ids: readonly MovieId[],
): Promise<(Float32Array | undefined)[]> {
  const pause = createYield();
  const found: (Float32Array | undefined)[] = [];
  for (let from = 0; from < ids.length; from += postersPerStep) {
    if (from > 0) await pause();
    const some = ids.slice(from, from + postersPerStep);
    const posters = postersByMovieIds(services.db, some);
    services.posterSources.request(some.filter((_, i) => posters[i] === undefined));
    const vectors = await services.encoders.embeddings(posters.filter((poster) => poster !== undefined));
    for (const poster of posters) found.push(poster && vectors.get(poster.sha256));
  }
  return found;
}

/** Movies, and what their posters are compared with. */
export interface Comparison {
  target: SimilarityTarget;
  ids: readonly MovieId[];
}

export interface Compared {
  target: PosterTarget;
  /** In the order of ids; undefined where there is no poster. */
  vectors: (Float32Array | undefined)[];
}

/**
 * What posters are compared with, and the embeddings of the movies to compare with it, for many comparisons read
 * together: the mean of the posters of a user's three best-rated movies, or of the movies named. For somebody who rated
 * fewer than three, what people of their demographics like to look at stands in for those that are missing.
 */
export async function posterTargets(services: Services, comparisons: readonly Comparison[]): Promise<Compared[]> {
  const targetIds = targetMovies(services, comparisons);
  const asked = [...new Set(comparisons.flatMap(({ ids }, i) => [...targetIds[i], ...ids]))];
  const embeddings = await embeddingsOfMovies(services, asked);
  const vectorOf = new Map(asked.map((id, i) => [id, embeddings[i]]));
  const standIns = await standInsOf(services, comparisons, targetIds);
  return comparisons.map(({ ids }, i) => {
    const anchors = targetIds[i].flatMap((movieId) => {
      const vector = vectorOf.get(movieId);
      return vector === undefined ? [] : [{ movieId, vector }];
    });
    return { target: meanOf(anchors, targetIds[i].length, standIns[i]), vectors: ids.map((id) => vectorOf.get(id)) };
  });
}

/** The movies whose posters each comparison is with. */
function targetMovies({ db }: Services, comparisons: readonly Comparison[]): (readonly MovieId[])[] {
  const userIds = comparisons.flatMap(({ target }) => ("userId" in target ? [target.userId] : []));
  const rated = userIds.length === 0 ? [] : topRatingsOfUsers(db, userIds, topPosters);
  let user = 0;
  return comparisons.map(({ target }) =>
    "userId" in target ? rated[user++].map(({ movieId }) => movieId) : target.movieIds,
  );
}

interface StandIn extends UsualPoster {
  of: Alike;
}

/** For those who rated too few movies, what they are likely to like to look at. */
async function standInsOf(
  services: Services,
  comparisons: readonly Comparison[],
  targetIds: readonly (readonly MovieId[])[],
): Promise<(StandIn | null)[]> {
  const lacking = comparisons.map(({ target }, i) => (targetIds[i].length < topPosters ? target : undefined));
  const userIds = lacking.flatMap((target) => (target !== undefined && "userId" in target ? [target.userId] : []));
  const users = userIds.length === 0 ? [] : usersByIds(services.db, userIds);
  const byId = new Map(userIds.map((id, i) => [id, users[i]]));
  const people = lacking.map((target) => target && ("userId" in target ? byId.get(target.userId) : target.of));
  const known = people.filter((of) => of !== undefined);
  if (known.length === 0) return comparisons.map(() => null);
  const posters = await usualPosters(services, known);
  let place = 0;
  return people.map((of) => {
    const usual = of === undefined ? null : posters[place++];
    return of === undefined || usual === null ? null : { ...usual, of };
  });
}

/** @param ratedMovies how many movies the target is made of, with a poster or not */
function meanOf(anchors: PosterTarget["anchors"], ratedMovies: number, standIn: StandIn | null): PosterTarget {
  const parts = anchors.map(({ vector }) => vector);
  if (standIn !== null) for (let missing = ratedMovies; missing < topPosters; missing++) parts.push(standIn.vector);
  if (parts.length === 0) return { vector: null, anchors, standIn: null };
  const vector = new Float32Array(parts[0].length);
  meanEmbedding(parts, vector);
  return { vector, anchors, standIn: standIn && { basis: standIn.basis, of: standIn.of, ratedMovies } };
}

/** Cosine of each movie's poster to its comparison's target, in −1..1; null where either side has no poster. */
export async function posterSimilarities(
  services: Services,
  comparisons: readonly Comparison[],
): Promise<(number | null)[][]> {
  const compared = await posterTargets(services, comparisons);
  return compared.map(({ target, vectors }) => vectors.map((vector) => similarityTo(target, vector)));
}

/** Null where either side has no poster. */
export function similarityTo({ vector: mean }: PosterTarget, vector: Float32Array | undefined): number | null {
  return mean === null || vector === undefined ? null : cosine(mean, vector);
}
