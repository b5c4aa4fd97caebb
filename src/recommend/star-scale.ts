/** The star scale of ratings and displayed predictions. */

/** Stars as shown: 0.5 to 5. */
export function clampStars(stars: number): number {
  return Math.min(5, Math.max(0.5, stars));
}
