/** Links to IMDb corrected by hand, which an import never overrules. */
import { eq } from "drizzle-orm";
import { AppError } from "../errors.js";
import type { ImdbId, MovieId } from "../ids.js";
import { type Movie, movieByImdbId, moviesByIds } from "./movies.js";
import type { Database } from "./open.js";
import { forgetPosterFetches } from "./poster-fetches.js";
import { deletePoster, postersByMovieIds } from "./posters.js";
import { movies } from "./tables.js";

/** Links a movie by hand. Call inside `write`.
 * @returns the movie as it stands now, or, when another movie has this IMDb id already, that movie as `takenBy`
 * @throws {AppError} MOVIE_NOT_FOUND
 */
export function linkMovie(db: Database, movieId: MovieId, imdbId: ImdbId): { movie: Movie } | { takenBy: Movie } {
  const holder = movieByImdbId(db, imdbId);
  if (holder !== undefined && holder.id !== movieId) return { takenBy: holder };
  return { movie: setLink(db, movieId, imdbId) };
}

/** Takes a movie's IMDb id away by hand. Call inside `write`.
 * @throws {AppError} MOVIE_NOT_FOUND
 */
export function unlinkMovie(db: Database, movieId: MovieId): Movie {
  return setLink(db, movieId, null);
}

function setLink(db: Database, movieId: MovieId, imdbId: ImdbId | null): Movie {
  const [before] = moviesByIds(db, [movieId]);
  if (before === undefined) throw new AppError("MOVIE_NOT_FOUND", `expected the id of a movie, received ${movieId}`);
  if (before.imdbId === imdbId && before.linkSource === "manual") return before;
  if (before.imdbId !== imdbId) {
    // What was found by the old link is another film's.
    forgetPosterFetches(db, [movieId]);
    if (postersByMovieIds(db, [movieId])[0]?.source === "tmdb") deletePoster(db, movieId);
  }
  return (
    db.orm
      .update(movies)
      // The TMDB id belonged to the link that stood here before.
      .set({
        imdbId,
        tmdbId: before.imdbId === imdbId ? before.tmdbId : null,
        linkSource: "manual",
        linkConfidence: imdbId === null ? null : 1,
        linkEvidence: null,
      })
      .where(eq(movies.id, movieId))
      .returning()
      .get()
  );
}
