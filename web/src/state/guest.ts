/** What a visitor rated and dismissed without an account: kept by their browser alone. */
import { createStored, fromJson } from "./stored.js";

export interface Guest {
  /** Stars by movie number, in the order in which they were given. */
  ratings: [movieId: number, stars: number][];
  dismissed: number[];
}

const nothing: Guest = { ratings: [], dismissed: [] };

export const storedGuest = createStored<Guest>(localStorage, "guest", (text) => {
  const value = fromJson(text) as Partial<Guest> | undefined;
  return Array.isArray(value?.ratings) && Array.isArray(value.dismissed)
    ? { ratings: value.ratings, dismissed: value.dismissed }
    : nothing;
});

/** @param stars null takes the rating back */
export function rateAsGuest(movieId: number, stars: number | null): void {
  const guest = storedGuest.read();
  const others = guest.ratings.filter(([id]) => id !== movieId);
  storedGuest.write({ ...guest, ratings: stars === null ? others : [...others, [movieId, stars]] });
}

/** As many as `recommendFor` takes. */
const maxRatings = 500;

/**
 * Adds ratings, in place of earlier ones of the same movies; of more than `maxRatings`, the last ones stay.
 * @returns how many of them are kept
 */
export function rateManyAsGuest(ratings: readonly [movieId: number, stars: number][]): number {
  const guest = storedGuest.read();
  const stars = new Map([...guest.ratings, ...ratings]);
  const kept = [...stars].slice(-maxRatings);
  storedGuest.write({ ...guest, ratings: kept });
  return kept.filter(([movieId]) => ratings.some(([id]) => id === movieId)).length;
}

export function dismissAsGuest(movieId: number, isDismissed: boolean): void {
  const guest = storedGuest.read();
  const others = guest.dismissed.filter((id) => id !== movieId);
  storedGuest.write({ ...guest, dismissed: isDismissed ? [...others, movieId] : others });
}

export function forgetGuest(): void {
  storedGuest.write(nothing);
}

/** The ratings as `recommendFor` takes them. */
export function toGuestRatings({ ratings }: Guest): { movieId: string; rating: number }[] {
  return ratings.map(([movieId, rating]) => ({ movieId: String(movieId), rating }));
}
