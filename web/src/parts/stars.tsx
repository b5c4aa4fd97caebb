/** Stars to rate a movie with: ten radio buttons for half stars, so that arrows and screen readers work as anywhere. */
import { useId } from "react";

const halves = Array.from({ length: 10 }, (_, i) => (i + 1) / 2);

export interface StarsProps {
  /** The movie, for screen readers. */
  title: string;
  value: number | null;
  onRate(stars: number): void;
  isDisabled?: boolean;
}

export function Stars({ title, value, onRate, isDisabled = false }: StarsProps) {
  const name = useId();
  return (
    <fieldset className="stars" disabled={isDisabled}>
      <legend className="unseen">Your rating of {title}</legend>
      {halves.map((stars) => (
        <label
          key={stars}
          className={stars % 1 === 0 ? "half right" : "half left"}
          data-on={value !== null && stars <= value}
        >
          <input type="radio" name={name} value={stars} checked={value === stars} onChange={() => onRate(stars)} />
          <span className="unseen">{stars === 1 ? "1 star" : `${stars} stars`}</span>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 2.6l2.9 6.1 6.6.9-4.8 4.6 1.2 6.6L12 17.6l-5.9 3.2 1.2-6.6L2.5 9.6l6.6-.9z" />
          </svg>
        </label>
      ))}
    </fieldset>
  );
}
