/** What each scope allows, and the error for a missing one. */
import { AppError } from "../errors.js";
import type { Viewer } from "./viewer.js";

/** Scopes from the least to the most; each may do what those before it may. */
const ladder = ["public", "user", "editor", "admin"] as const satisfies readonly Viewer["scope"][];

export function hasScope({ scope }: Viewer, least: Viewer["scope"]): boolean {
  return ladder.indexOf(scope) >= ladder.indexOf(least);
}

/** The error for a missing scope, or for a missing token. */
export function refusal({ scope, lacks }: Viewer, expected: string): AppError {
  if (lacks !== undefined)
    return new AppError("FORBIDDEN", `expected ${expected || "a token of a user"}, received ${lacks}`);
  if (scope === "public") {
    return new AppError(
      "UNAUTHENTICATED",
      "expected the header Authorization: Bearer <token> with a token of this server",
    );
  }
  return new AppError("FORBIDDEN", `expected ${expected}, received one of the scope ${scope}`);
}
