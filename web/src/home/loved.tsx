/** The three movies that a subject rated best: what the posters of suggestions are compared with. */
import type { MovieCard } from "../api/movie-card.js";
import { Tile } from "../parts/tile.js";

export interface LovedMovie {
  movie: MovieCard;
  stars: number;
}

export interface LovedProps {
  /** Undefined while they are on their way. */
  movies: readonly LovedMovie[] | undefined;
  /** The movie whose poster the suggestion under the pointer resembles. */
  highlighted: number | undefined;
  onHighlight(movieId: number | undefined): void;
  onOpen(movieId: number): void;
}

export function Loved({ movies, highlighted, onHighlight, onOpen }: LovedProps) {
  if (movies === undefined) {
    return (
      <ol className="loved" aria-hidden="true">
        {["first", "second", "third"].map((place) => (
          <li key={place}>
            <span className="poster" />
            <span className="caption">
              <span className="title">&nbsp;</span>
              <span className="line">&nbsp;</span>
            </span>
          </li>
        ))}
      </ol>
    );
  }
  return (
    <ol className="loved" data-highlighting={highlighted !== undefined}>
      {movies.map(({ movie, stars }, i) => (
        <li key={movie.movieId} data-tint={i} data-on={highlighted === movie.movieId}>
          <Tile
            movie={movie}
            sizes="(min-width: 1000px) 220px, 30vw"
            isFirst
            onOpen={onOpen}
            onPoint={(isOn) => onHighlight(isOn ? movie.movieId : undefined)}
          >
            <span className="dot" aria-hidden="true" />
            rated {stars} ★
          </Tile>
        </li>
      ))}
    </ol>
  );
}
