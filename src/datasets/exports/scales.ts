/** Scales on which people rate, and how each becomes half stars. */
import type { Service } from "./export-row.js";

/** Stars out of five, points out of ten or a hundred, or likes alone. */
export const ratingScales = ["FIVE", "TEN", "HUNDRED", "LIKES"] as const;
export type RatingScale = (typeof ratingScales)[number];

export interface FoundScale {
  /** The most plausible. */
  scale: RatingScale;
  /** All that the ratings allow, the most plausible first; more than one where they do not tell. */
  possible: readonly RatingScale[];
}

const ofService: Partial<Record<Service, RatingScale>> = {
  letterboxd: "FIVE",
  imdb: "TEN",
  trakt: "TEN",
  movielens: "FIVE",
};

/** People who rate out of ten give more than five sooner or later. */
const enoughToTell = 20;

const likes = /^(?:♥|❤️?|💙|x|✓|✔|y|yes|true|like|liked|love|loved)$/iu;
const dislikes = /^(?:n|no|false|dislike|disliked)$/i;

/** Stars of a like, and of a dislike: half a star below the best, as few films of a list are. */
const starsOfLike = 4.5;
const starsOfDislike = 2;

/** @param ratings as stated; those that cannot be read say nothing of the scale */
export function findScale(service: Service, ratings: readonly string[]): FoundScale {
  const known = ofService[service];
  if (known !== undefined) return { scale: known, possible: [known] };
  const possible = getPossible(ratings);
  return { scale: possible[0], possible };
}

function getPossible(ratings: readonly string[]): RatingScale[] {
  if (ratings.some((rating) => likes.test(rating.trim()))) return ["LIKES"];
  const numbers = ratings.map(toNumber).filter((value) => value !== undefined && value > 0) as number[];
  const max = numbers.reduce((most, value) => Math.max(most, value), 0);
  if (max > 10) return ["HUNDRED"];
  if (max > 5) return ["TEN"];
  if (numbers.length > 0 && max === 1) return ["LIKES", "FIVE", "TEN"];
  if (numbers.length >= enoughToTell || numbers.some((value) => !Number.isInteger(value))) return ["FIVE"];
  return ["FIVE", "TEN"];
}

/** @returns the stars, 0.5 to 5 in halves; undefined for what is no rating on this scale, such as the 0 of an unrated film */
export function readStars(rating: string, scale: RatingScale): number | undefined {
  const text = rating.trim();
  if (scale === "LIKES") {
    const value = toNumber(text);
    if (likes.test(text) || (value !== undefined && value > 0)) return starsOfLike;
    return dislikes.test(text) || value === 0 ? starsOfDislike : undefined;
  }
  const value = toNumber(text);
  const most = { FIVE: 5, TEN: 10, HUNDRED: 100 }[scale];
  if (value === undefined || value <= 0 || value > most) return undefined;
  return Math.max(0.5, Math.round((value / most) * 10) / 2);
}

/** `4`, `4.5`, `4,5`, `8/10`, `★★★½`; undefined for anything else. */
function toNumber(text: string): number | undefined {
  const stars = /^(★*)(½?)$/u.exec(text.trim());
  if (stars !== null && stars[0] !== "") return stars[1].length + (stars[2] === "" ? 0 : 0.5);
  const found = /^(\d{1,3}(?:[.,]\d+)?)(?:\s*\/\s*\d+)?$/.exec(text.trim());
  return found === null ? undefined : Number(found[1].replace(",", "."));
}
