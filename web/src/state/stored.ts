/** Values that a browser keeps for this page, shared by all that show them. */
import { useSyncExternalStore } from "react";

export interface Stored<Value> {
  read(): Value;
  write(value: Value): void;
  use(): Value;
}

/**
 * @param area where it is kept: in this tab (`sessionStorage`), or for good (`localStorage`)
 * @param parse gives the value of what was kept; null for nothing
 */
export function createStored<Value>(area: Storage, name: string, parse: (text: string | null) => Value): Stored<Value> {
  const key = `marquee.${name}`;
  const listeners = new Set<() => void>();
  let value = parse(load(area, key));
  return {
    read: () => value,
    write(next) {
      value = next;
      try {
        if (next === null) area.removeItem(key);
        else area.setItem(key, JSON.stringify(next));
      } catch {
        // A browser that keeps nothing for pages: it lasts as long as the page.
      }
      for (const listener of listeners) listener();
    },
    use: () =>
      useSyncExternalStore(
        (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        () => value,
      ),
  };
}

function load(area: Storage, key: string): string | null {
  try {
    return area.getItem(key);
  } catch {
    return null;
  }
}

/** What JSON text says, or undefined for anything else. */
export function fromJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
