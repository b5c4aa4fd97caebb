/** A poster with its title below, which opens the movie. */
import type { ReactNode } from "react";
import type { MovieCard } from "../api/movie-card.js";
import { Poster, type PosterProps } from "./poster.js";

export interface TileProps extends Pick<PosterProps, "sizes" | "isFirst"> {
  movie: MovieCard;
  onOpen(movieId: number): void;
  /** Called when the pointer or the focus comes, and when it goes. */
  onPoint?(isOn: boolean): void;
  /** Below the title. */
  children?: ReactNode;
}

export function Tile({ movie, sizes, isFirst, onOpen, onPoint, children }: TileProps) {
  return (
    <button
      type="button"
      className="tile"
      onClick={() => onOpen(movie.movieId)}
      onPointerEnter={() => onPoint?.(true)}
      onPointerLeave={() => onPoint?.(false)}
      onFocus={() => onPoint?.(true)}
      onBlur={() => onPoint?.(false)}
    >
      <Poster movie={movie} sizes={sizes} isFirst={isFirst} />
      <span className="caption">
        <span className="title">{movie.title}</span>
        {children != null && <span className="line">{children}</span>}
      </span>
    </button>
  );
}
