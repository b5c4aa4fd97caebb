/** Movies of the whole catalogue whose posters are most similar to one movie's. */
import { directionIn, nearestPosters } from "../../posters/vectors/neighbours.js";
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, maxPage } from "../request/cursors.js";

export interface SimilarPoster {
  movie: Movie;
  /** Cosine in −1..1 of the centred embeddings. */
  similarity: number;
}

/** Closest first; none where the movie has no poster. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export async function similarPosters(
  { loaders, scheduler }: Context,
  { id }: Movie,
  first: number,
): Promise<SimilarPoster[]> {
  checkFirst("first", first, maxPage);
  // Computed now where it is missing, so that a new poster finds its neighbours.
  const vector = await loaders.embeddingByMovieId.load(id);
  if (vector === undefined) return [];
  const { index, movieIds, rowOf } = await loaders.posterIndex.load();
  const own = rowOf.get(id);
  const { indices, similarities } = await scheduler.trackComputation(() =>
    nearestPosters(index, directionIn(index, vector), first, new Set(own === undefined ? [] : [own])),
  );
  const movies = await loaders.movieById.loadMany(Array.from(indices, (row) => movieIds[row]));
  return movies.flatMap((movie, i) =>
    movie === undefined || movie instanceof Error ? [] : [{ movie, similarity: similarities[i] }],
  );
}
