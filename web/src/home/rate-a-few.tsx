/** Asks a guest about a few movies, those first that tell most about a taste. */
import { useState } from "react";
import type { MovieCard } from "../api/movie-card.js";
import { MoviesToRateQuery } from "../api/movies.js";
import { Problem } from "../parts/problem.js";
import { Stars } from "../parts/stars.js";
import { Tile } from "../parts/tile.js";
import { forgetGuest, rateAsGuest, storedGuest } from "../state/guest.js";
import { useLiveQuery } from "../state/use-live-query.js";

const perPage = 12;

export function RateAFew({ onOpen }: { onOpen(movieId: number): void }) {
  const { ratings } = storedGuest.use();
  // What was asked before this page began, and on earlier pages: a grid must not move while one rates.
  const [except, setExcept] = useState(() => ratings.map(([movieId]) => movieId));
  const { data, error, isFetching, refetch } = useLiveQuery(MoviesToRateQuery, {
    first: perPage,
    except: except.map(String),
  });
  const stars = new Map(ratings);
  const movies: MovieCard[] = data?.moviesToRate ?? [];
  return (
    <section className="rate" aria-label="Rate a few movies">
      <div className="heading">
        <h2>Rate a few that you know</h2>
        <p>
          {ratings.length === 0
            ? "Three are enough to begin with. Your ratings stay in this browser."
            : `${ratings.length} rated. Your ratings stay in this browser.`}
        </p>
        <button
          type="button"
          disabled={isFetching || movies.length === 0}
          onClick={() => setExcept([...except, ...movies.map(({ movieId }) => movieId)])}
        >
          Others
        </button>
        {ratings.length > 0 && (
          <button type="button" className="quiet" onClick={forgetGuest}>
            Start over
          </button>
        )}
      </div>
      {error !== undefined && <Problem error={error} onRetry={refetch} />}
      <ul className="strip">
        {movies.map((movie) => (
          <li key={movie.movieId}>
            <Tile movie={movie} sizes="140px" isFirst onOpen={onOpen} />
            <Stars
              title={movie.title}
              value={stars.get(movie.movieId) ?? null}
              onRate={(value) => rateAsGuest(movie.movieId, value)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
