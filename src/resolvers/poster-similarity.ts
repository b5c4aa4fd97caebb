/** How much a movie's poster looks like those of a user's best-rated movies, or like another movie's. */
import { postersByMovieIds } from "../db/posters.js";
import { topRatings } from "../db/ratings.js";
import type { MovieId, UserId } from "../ids.js";
import { cosine, meanEmbedding } from "../posters/similarity.js";
import type { Services } from "./services.js";

/** The posters of so many best-rated movies stand for a user's taste, as in the original. */
export const topPosters = 3;

export type SimilarityTarget = { userId: UserId } | { movieId: MovieId };

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
 * Cosine of each movie's poster to a user's top three, or to one movie's, in −1..1, in the order asked; null where
 * either side has no poster.
 */
export async function posterSimilarities(
  services: Services,
  target: SimilarityTarget,
  ids: readonly MovieId[],
): Promise<(number | null)[]> {
  const anchors =
    "userId" in target
      ? topRatings(services.db, target.userId, topPosters).map(({ movieId }) => movieId)
      : [target.movieId];
  const vectors = await embeddingsOfMovies(services, [...anchors, ...ids]);
  const liked = vectors.slice(0, anchors.length).filter((vector) => vector !== undefined);
  if (liked.length === 0) return ids.map(() => null);
  const mean = new Float32Array(liked[0].length);
  meanEmbedding(liked, mean);
  return vectors.slice(anchors.length).map((vector) => (vector === undefined ? null : cosine(mean, vector)));
}
