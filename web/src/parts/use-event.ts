/** A function that stays the same one, so that what it is given to need not be rendered again, and does what the latest one does. */
import { useCallback, useInsertionEffect, useRef } from "react";

export function useEvent<Arguments extends unknown[], Result>(
  handle: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  const latest = useRef(handle);
  useInsertionEffect(() => {
    latest.current = handle;
  });
  return useCallback((...given) => latest.current(...given), []);
}
