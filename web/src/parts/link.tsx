/** A link within the page: a click changes the view without loading the page again. */
import type { MouseEvent, ReactNode } from "react";
import { goTo, type Place, toHref } from "../state/location.js";

interface LinkProps {
  to: Place;
  className?: string;
  isHere?: boolean;
  children: ReactNode;
}

export function Link({ to, className, isHere, children }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
    scrollTo(0, 0);
  };
  return (
    <a href={toHref(to)} className={className} onClick={follow} aria-current={isHere ? "page" : undefined}>
      {children}
    </a>
  );
}
