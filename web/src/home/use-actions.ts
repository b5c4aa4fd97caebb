/** What a visitor may do about a movie: rate it, dismiss it, and take either back, as a guest or as a user of the server. */
import { useMutation } from "urql";
import { DismissMutation, RateMovieMutation, RemoveRatingMutation, UndismissMutation } from "../api/movies.js";
import { describe } from "../parts/problem.js";
import { dismissAsGuest, rateAsGuest } from "../state/guest.js";
import type { Subject } from "./subject.js";

export interface Actions {
  /** Whether this visitor may change what is the subject's. */
  isAllowed: boolean;
  /** @param stars null takes the rating back. @returns what went wrong, or undefined */
  rate(movieId: number, stars: number | null): Promise<string | undefined>;
  /** @returns what went wrong, or undefined */
  dismiss(movieId: number, isDismissed: boolean): Promise<string | undefined>;
}

export interface Viewer {
  scope: string | null;
  userId: number | null;
}

export function useActions(subject: Subject, viewer: Viewer, onChanged: () => void): Actions {
  const [, rateMovie] = useMutation(RateMovieMutation);
  const [, removeRating] = useMutation(RemoveRatingMutation);
  const [, dismiss] = useMutation(DismissMutation);
  const [, undismiss] = useMutation(UndismissMutation);
  if (subject.kind === "guest") {
    return {
      isAllowed: true,
      rate: async (movieId, stars) => void rateAsGuest(movieId, stars),
      dismiss: async (movieId, isDismissed) => void dismissAsGuest(movieId, isDismissed),
    };
  }
  const toVariables = (movieId: number) => ({ userId: String(subject.userId), movieId: String(movieId) });
  /** Mutations answer with the change, or with an error that has a message. */
  const outcome = async (running: Promise<{ data?: unknown; error?: Parameters<typeof describe>[0] }>) => {
    const { data, error } = await running;
    if (error !== undefined) return describe(error).text;
    const [result] = Object.values((data ?? {}) as Record<string, { message?: string }>);
    if (result?.message !== undefined) return `The server refused: ${result.message}.`;
    onChanged();
    return undefined;
  };
  return {
    isAllowed: viewer.scope === "ADMIN" || viewer.userId === subject.userId,
    rate: (movieId, stars) =>
      outcome(
        stars === null ? removeRating(toVariables(movieId)) : rateMovie({ ...toVariables(movieId), rating: stars }),
      ),
    dismiss: (movieId, isDismissed) => outcome((isDismissed ? dismiss : undismiss)(toVariables(movieId))),
  };
}
