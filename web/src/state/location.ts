/** The page's state that a link can name: whom it is about, the open movie, the view. It lives in the query of the address. */
import { useCallback, useSyncExternalStore } from "react";

const names = ["view", "user", "movie", "q", "model"] as const;
type Name = (typeof names)[number];
export type Place = Partial<Record<Name, string>>;

const listeners = new Set<() => void>();
let lastSearch: string | undefined;
let lastPlace: Place = {};

function read(): Place {
  if (location.search !== lastSearch) {
    lastSearch = location.search;
    const query = new URLSearchParams(lastSearch);
    lastPlace = Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : [])));
  }
  return lastPlace;
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) addEventListener("popstate", tell);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener("popstate", tell);
  };
}

/** The address of a place below the page's own. */
export function toHref(place: Place): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = place[name];
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? "./" : `./?${query}`;
}

/** @param replace for what the browser's back button should not come back to, such as each letter of a search */
export function goTo(place: Place, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", toHref(place));
  tell();
}

/** The present place, and a function that changes parts of it; `undefined` takes a part out. */
export function usePlace(): [Place, (change: Place, options?: { replace?: boolean }) => void] {
  const place = useSyncExternalStore(subscribe, read);
  const change = useCallback(
    (parts: Place, options?: { replace?: boolean }) => goTo({ ...read(), ...parts }, options),
    [],
  );
  return [place, change];
}
