/** Movies liked by the same people, according to the active model. */
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, maxPage } from "../request/cursors.js";

export interface SimilarMovie {
  movie: Movie;
  /** Cosine in −1..1 of the ranker's vectors. */
  affinity: number;
}

/** Closest first. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100; as `Models.get` */
export async function similarMovies(
  { loaders, scheduler }: Context,
  { id }: Movie,
  first: number,
): Promise<SimilarMovie[]> {
  checkFirst("first", first, maxPage);
  const model = await loaders.model.load();
  const { similarItems } = model;
  if (similarItems === undefined) return [];
  const { movieIds, scores } = await scheduler.trackComputation(() => similarItems(id, first));
  const movies = await loaders.movieById.loadMany(movieIds);
  return movies.flatMap((movie, i) =>
    movie === undefined || movie instanceof Error ? [] : [{ movie, affinity: scores[i] }],
  );
}
