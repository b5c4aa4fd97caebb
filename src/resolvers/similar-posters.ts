/** The movies whose posters look most like one movie's, in the whole catalogue. */
import { type Movie, moviesByIds } from "../db/movies.js";
import { directionIn, nearestPosters } from "../posters/neighbours.js";
import type { Context } from "./context.js";
import { checkFirst, maxPage } from "./pages.js";
import { embeddingsOfMovies } from "./poster-similarity.js";

export interface SimilarPoster {
  movie: Movie;
  /** Cosine in −1..1 of the centred embeddings. */
  similarity: number;
}

/** Closest first; none where the movie has no poster. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export async function similarPosters({ services }: Context, { id }: Movie, first: number): Promise<SimilarPoster[]> {
  checkFirst("first", first, maxPage);
  // Made now where it is not yet, so that a new poster finds its neighbours.
  const [vector] = await embeddingsOfMovies(services, [id]);
  if (vector === undefined) return [];
  const { index, movieIds, placeOf } = await services.posterMaps.current();
  const own = placeOf.get(id);
  const { places, similarities } = await nearestPosters(
    index,
    directionIn(index, vector),
    first,
    new Set(own === undefined ? [] : [own]),
  );
  const movies = moviesByIds(
    services.db,
    Array.from(places, (place) => movieIds[place]),
  );
  return movies.flatMap((movie, i) => (movie === undefined ? [] : [{ movie, similarity: similarities[i] }]));
}
