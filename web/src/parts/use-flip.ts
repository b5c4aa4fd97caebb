/** Lets the items of a grid glide to their new places when their order changes (FLIP), unless the visitor wants no motion. */
import { type RefObject, useLayoutEffect, useRef } from "react";

const glide = { duration: 420, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" };

/** @param order names of the items, each the `data-key` of a child, in their order */
export function useFlip(grid: RefObject<HTMLElement | null>, order: string): void {
  const places = useRef(new Map<string, { left: number; top: number }>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is what the places follow from
  useLayoutEffect(() => {
    const before = places.current;
    const now = new Map<string, { left: number; top: number }>();
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const item of grid.current?.children ?? []) {
      if (!(item instanceof HTMLElement) || item.dataset.key === undefined) continue;
      const place = { left: item.offsetLeft, top: item.offsetTop };
      now.set(item.dataset.key, place);
      const old = before.get(item.dataset.key);
      if (isStill || before.size === 0) continue;
      if (old === undefined) item.animate([{ opacity: 0, transform: "scale(0.94)" }, {}], glide);
      else if (old.left !== place.left || old.top !== place.top)
        item.animate([{ transform: `translate(${old.left - place.left}px, ${old.top - place.top}px)` }, {}], glide);
    }
    places.current = now;
  }, [grid, order]);
}
