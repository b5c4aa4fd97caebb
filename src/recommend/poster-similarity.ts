/** Similarity of a movie's poster to those of a user's best-rated movies, or to other movies'. */
import type { MovieId, UserId } from "../ids.js";
import { embeddingCosine, meanEmbedding } from "../posters/vectors/similarity.js";
import { type ColdStartPoster, type DemographicGroup, getColdStartPosters } from "./cold-start.js";
import { groupIndices, type Reader } from "./reader.js";

/** The posters of this many best-rated movies stand for a user's taste, as in the original. */
export const topPosters = 3;

/** A user's best-rated movies, or the movies named; `demographics` are those of a guest whose best-rated movies they are. */
export type SimilarityTarget = { userId: UserId } | { movieIds: readonly MovieId[]; demographics?: DemographicGroup };

/** What posters are compared with. */
export interface PosterTarget {
  /** Mean of the anchors; null where none of the movies has a poster. */
  vector: Float32Array | null;
  /** The posters that it is the mean of. */
  anchors: { movieId: MovieId; vector: Float32Array }[];
  /** What stands for the posters that a user with fewer than three rated movies lacks. */
  fallback: { basis: ColdStartPoster["basis"]; ratedMovies: number; demographics: DemographicGroup } | null;
}

/** Movies, and what their posters are compared with. */
export interface Comparison {
  target: SimilarityTarget;
  ids: readonly MovieId[];
}

export interface ComparedPosters {
  target: PosterTarget;
  /** The movies that it is made of, with a poster or not. */
  targetIds: readonly MovieId[];
  /** In the order of the ids; undefined where a movie has no poster. */
  vectors: (Float32Array | undefined)[];
  /** Content of the posters of the target's movies and then of the ids; undefined where a movie has none. */
  contents: (string | undefined)[];
}

/** Reads the targets and the embeddings of many comparisons together, in their order. */
export async function comparePosters(reader: Reader, comparisons: readonly Comparison[]): Promise<ComparedPosters[]> {
  const targetIds = await getTargetMovies(reader, comparisons);
  const movieIds = [...new Set(comparisons.flatMap(({ ids }, i) => [...targetIds[i], ...ids]))];
  const posters = await reader.embeddedPosters(movieIds);
  const posterOf = new Map(movieIds.map((id, i) => [id, posters[i]]));
  const fallbacks = await getFallbacks(reader, comparisons, targetIds);
  return comparisons.map(({ ids }, i) => {
    const anchors = targetIds[i].flatMap((movieId) => {
      const vector = posterOf.get(movieId)?.vector;
      return vector === undefined ? [] : [{ movieId, vector }];
    });
    return {
      target: toTarget(anchors, targetIds[i].length, fallbacks[i]),
      targetIds: targetIds[i],
      vectors: ids.map((id) => posterOf.get(id)?.vector),
      contents: [...targetIds[i], ...ids].map((id) => posterOf.get(id)?.content),
    };
  });
}

/** The movies whose posters each comparison is with. */
function getTargetMovies({ topRatings }: Reader, comparisons: readonly Comparison[]): Promise<(readonly MovieId[])[]> {
  return Promise.all(
    comparisons.map(async ({ target }) => {
      if (!("userId" in target)) return target.movieIds;
      const rated = await topRatings.load({ userId: target.userId, first: topPosters });
      return rated.map(({ movieId }) => movieId);
    }),
  );
}

interface Fallback extends ColdStartPoster {
  demographics: DemographicGroup;
}

/** For users and guests who rated too few movies; null for all others. */
async function getFallbacks(
  reader: Reader,
  comparisons: readonly Comparison[],
  targetIds: readonly (readonly MovieId[])[],
): Promise<(Fallback | null)[]> {
  const demographics = await Promise.all(
    comparisons.map(async ({ target }, i) => {
      if (targetIds[i].length >= topPosters) return undefined;
      return "userId" in target ? reader.userById.load(target.userId) : target.demographics;
    }),
  );
  const known = demographics.filter((given) => given !== undefined);
  if (known.length === 0) return comparisons.map(() => null);
  const posters = await getColdStartPosters(reader, known);
  let next = 0;
  return demographics.map((given) => {
    const poster = given === undefined ? null : posters[next++];
    return given === undefined || poster === null ? null : { ...poster, demographics: given };
  });
}

/** @param ratedMovies how many movies the target is made of, with a poster or not */
function toTarget(anchors: PosterTarget["anchors"], ratedMovies: number, fallback: Fallback | null): PosterTarget {
  const parts = anchors.map(({ vector }) => vector);
  if (fallback !== null) for (let missing = ratedMovies; missing < topPosters; missing++) parts.push(fallback.vector);
  if (parts.length === 0) return { vector: null, anchors, fallback: null };
  const vector = new Float32Array(parts[0].length);
  meanEmbedding(parts, vector);
  const { basis, demographics } = fallback ?? {};
  return {
    vector,
    anchors,
    fallback: basis === undefined || demographics === undefined ? null : { basis, demographics, ratedMovies },
  };
}

export interface SimilarityKey {
  movieId: MovieId;
  target: SimilarityTarget;
}

/** Cosine of each movie's poster to its target, in −1..1, in the order of the keys; null where either side has no poster. */
export async function getPosterSimilarities(
  reader: Reader,
  keys: readonly SimilarityKey[],
): Promise<(number | null)[]> {
  const groups = [...groupIndices(keys, ({ target }) => toTargetName(target)).values()];
  const compared = await comparePosters(
    reader,
    groups.map((indices) => ({
      target: keys[indices[0]].target,
      ids: indices.map((index) => keys[index].movieId),
    })),
  );
  const result: (number | null)[] = keys.map(() => null);
  groups.forEach((indices, group) => {
    const { target, vectors } = compared[group];
    indices.forEach((index, i) => {
      result[index] = similarityToTarget(target, vectors[i]);
    });
  });
  return result;
}

/** Names a target: equal targets have equal names. */
export function toTargetName(target: SimilarityTarget): string {
  if ("userId" in target) return `user ${target.userId}`;
  const { movieIds, demographics } = target;
  return `movies ${movieIds.join(" ")}${demographics === undefined ? "" : ` of ${demographics.gender} ${demographics.ageGroup}`}`;
}

/** Null where either side has no poster. */
export function similarityToTarget({ vector: mean }: PosterTarget, vector: Float32Array | undefined): number | null {
  return mean === null || vector === undefined ? null : embeddingCosine(mean, vector);
}
