/** The scheme and host of absolute addresses. */
import type { Context } from "./context.js";

/** @returns empty for a path on this server, unless the address is to be absolute */
export function getOrigin({ origin, loaders }: Context, isAbsolute: boolean | null | undefined): string {
  if (!isAbsolute) return "";
  // A result that is kept would be served under another name of this server too.
  loaders.reads.isComplete = false;
  return origin;
}
