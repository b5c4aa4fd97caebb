/** How much a movie's poster looks like those of a user's best-rated movies, or like other movies'. */
import { postersByMovieIds } from "../db/posters.js";
import { topRatings } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import type { MovieId, UserId } from "../ids.js";
import { cosine, meanEmbedding } from "../posters/similarity.js";
import type { Services } from "./services.js";
import { type TasteBasis, usualPoster } from "./visual-taste.js";

/** The posters of so many best-rated movies stand for a user's taste, as in the original. */
export const topPosters = 3;

/** Movies' posters count alike. */
export type SimilarityTarget = { userId: UserId } | { movieIds: readonly MovieId[] };

/** What posters are compared with. */
export interface PosterTarget {
  /** Null where none of the movies that it should be made of has a poster. */
  vector: Float32Array | null;
  /** The posters that it is the mean of. */
  anchors: { movieId: MovieId; vector: Float32Array }[];
  /** Where a user rated fewer than three movies: what stands in for the others. */
  standIn: { basis: Exclude<TasteBasis, "RATINGS">; ratedMovies: number } | null;
}

/**
 * Movies' embeddings in the order asked; undefined where there is no poster, or it cannot be read. Posters that are
 * missing are fetched in the background: the next query may find them.
 */
export async function embeddingsOfMovies(
  services: Services,
  ids: readonly MovieId[],
): Promise<(Float32Array | undefined)[]> {
  const posters = postersByMovieIds(services.db, ids);
  services.posterSources.request(ids.filter((_, i) => posters[i] === undefined));
  const vectors = await services.encoders.embeddings(posters.filter((poster) => poster !== undefined));
  return posters.map((poster) => (poster === undefined ? undefined : vectors.get(poster.sha256)));
}

/**
 * What posters are compared with, and the embeddings of movies to compare with it, read together: the mean of the
 * posters of a user's three best-rated movies, or of the movies named. For a user who rated fewer than three, what
 * people of their demographics like to look at stands in for those that are missing.
 * @returns vectors in the order of ids; undefined where there is no poster
 */
export async function posterTarget(
  services: Services,
  target: SimilarityTarget,
  ids: readonly MovieId[],
): Promise<{ target: PosterTarget; vectors: (Float32Array | undefined)[] }> {
  const movieIds =
    "userId" in target
      ? topRatings(services.db, target.userId, topPosters).map(({ movieId }) => movieId)
      : target.movieIds;
  const all = await embeddingsOfMovies(services, [...movieIds, ...ids]);
  const vectors = all.slice(movieIds.length);
  const anchors = movieIds.flatMap((movieId, i) => {
    const vector = all[i];
    return vector === undefined ? [] : [{ movieId, vector }];
  });
  const missing = "userId" in target ? topPosters - movieIds.length : 0;
  const [user] = "userId" in target && missing > 0 ? usersByIds(services.db, [target.userId]) : [];
  const usual = user === undefined ? null : await usualPoster(services, user);
  const parts = [
    ...anchors.map(({ vector }) => vector),
    ...Array.from({ length: usual === null ? 0 : missing }, () => usual!.vector),
  ];
  if (parts.length === 0) return { target: { vector: null, anchors, standIn: null }, vectors };
  const vector = new Float32Array(parts[0].length);
  meanEmbedding(parts, vector);
  const standIn = usual === null ? null : { basis: usual.basis, ratedMovies: movieIds.length };
  return { target: { vector, anchors, standIn }, vectors };
}

/** Cosine of each movie's poster to a target's, in −1..1, in the order asked; null where either side has no poster. */
export async function posterSimilarities(
  services: Services,
  to: SimilarityTarget,
  ids: readonly MovieId[],
): Promise<(number | null)[]> {
  const { target, vectors } = await posterTarget(services, to, ids);
  return vectors.map((vector) => similarityTo(target, vector));
}

/** Null where either side has no poster. */
export function similarityTo({ vector: mean }: PosterTarget, vector: Float32Array | undefined): number | null {
  return mean === null || vector === undefined ? null : cosine(mean, vector);
}
