/** The wall of suggestions, each in the colour of the loved poster that it resembles. */
import { memo, useRef } from "react";
import type { Suggestion } from "../api/suggestions.js";
import { Tile } from "../parts/tile.js";
import { useColumns } from "../parts/use-columns.js";
import { useFlip } from "../parts/use-flip.js";

export interface WallProps {
  suggestions: readonly Suggestion[];
  /** The loved movies, in the order of their colours. */
  loved: readonly number[];
  /** The loved movie under the pointer. */
  highlighted: number | undefined;
  onHighlight(movieId: number | undefined): void;
  onOpen(movieId: number): void;
  /** Undefined where the visitor may not dismiss for the subject. */
  onDismiss?(suggestion: Suggestion): void;
}

/** The loved movie whose poster a suggestion's resembles most; undefined without a poster. */
export function getResembled({
  reasons,
}: Suggestion): { movieId: number; title: string; similarity: number } | undefined {
  for (const reason of reasons) {
    if (reason.__typename === "PosterReason" && reason.movie !== null) {
      return { movieId: reason.movie.movieId, title: reason.movie.title, similarity: reason.similarity };
    }
  }
  return undefined;
}

/** How many posters are in the first screen. */
const firstScreen = 12;

export function Wall({ suggestions, loved, highlighted, onHighlight, onOpen, onDismiss }: WallProps) {
  const grid = useRef<HTMLUListElement>(null);
  // Full rows only: a wall has no gaps.
  const columns = useColumns(grid);
  const shown = suggestions.slice(0, Math.max(columns, suggestions.length - (suggestions.length % columns)));
  useFlip(grid, shown.map(({ movie }) => movie?.movieId).join());
  return (
    <ul className="wall" ref={grid} data-highlighting={highlighted !== undefined}>
      {shown.map((suggestion, i) => {
        const { movie } = suggestion;
        if (movie === null) return null;
        const resembled = getResembled(suggestion)?.movieId;
        return (
          <Suggested
            key={movie.movieId}
            suggestion={suggestion}
            tint={resembled === undefined ? -1 : loved.indexOf(resembled)}
            isOn={resembled !== undefined && resembled === highlighted}
            isFirst={i < firstScreen}
            onHighlight={onHighlight}
            onOpen={onOpen}
            onDismiss={onDismiss}
          />
        );
      })}
    </ul>
  );
}

interface SuggestedProps extends Pick<WallProps, "onHighlight" | "onOpen" | "onDismiss"> {
  suggestion: Suggestion;
  /** Index of the colour; −1 for none. */
  tint: number;
  isOn: boolean;
  isFirst: boolean;
}

/** Rendered again only where its own suggestion or highlight changed: the pointer crosses many. */
const Suggested = memo(function Suggested({
  suggestion,
  tint,
  isOn,
  isFirst,
  onHighlight,
  onOpen,
  onDismiss,
}: SuggestedProps) {
  const { movie, score } = suggestion;
  if (movie === null) return null;
  const resembled = getResembled(suggestion);
  return (
    <li data-key={movie.movieId} data-tint={tint === -1 ? undefined : tint} data-on={isOn}>
      <Tile
        movie={movie}
        sizes="(min-width: 1000px) 13vw, 30vw"
        isFirst={isFirst}
        onOpen={onOpen}
        onPoint={(isPointed) => onHighlight(isPointed ? resembled?.movieId : undefined)}
      >
        <span className="score">{score.toFixed(1)} ★</span>
        {resembled !== undefined && (
          <span className="like">
            <span className="dot" aria-hidden="true" />
            {Math.round(resembled.similarity * 100)}% like {resembled.title}
          </span>
        )}
      </Tile>
      {onDismiss !== undefined && (
        <button
          type="button"
          className="dismiss"
          aria-label={`Not this one: ${movie.title}`}
          onClick={() => onDismiss(suggestion)}
        >
          ✕
        </button>
      )}
    </li>
  );
});
