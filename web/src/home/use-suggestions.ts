/** Suggestions for a subject, renewed whenever the server says that they changed. */
import { useSubscription } from "urql";
import { GuestSuggestionsQuery, type Suggestion, UserSuggestionsQuery } from "../api/suggestions.js";
import { SuggestionsChangedSubscription } from "../api/users.js";
import { useSettled } from "../parts/use-settled.js";
import { storedGuest, toGuestRatings } from "../state/guest.js";
import { type Live, useLiveQuery } from "../state/use-live-query.js";
import type { Subject } from "./subject.js";
import { type Tuning, toVariables } from "./tuning.js";

const settleMs = 90;

/** @param among the only movies to rank; undefined for all */
export function useSuggestions(
  subject: Subject,
  tuning: Tuning,
  among: readonly number[] | undefined,
  onChange: () => void,
): Live<Suggestion[] | null> {
  const guest = storedGuest.use();
  const settled = useSettled(tuning, settleMs);
  const isGuest = subject.kind === "guest";
  const userId = isGuest ? "0" : String(subject.userId);
  const ofUser = useLiveQuery(UserSuggestionsQuery, { userId, ...toVariables(settled, [], among) }, { pause: isGuest });
  const ofGuest = useLiveQuery(
    GuestSuggestionsQuery,
    { ratings: toGuestRatings(guest), ...toVariables(settled, guest.dismissed, among) },
    { pause: !isGuest },
  );
  useSubscription(
    { query: SuggestionsChangedSubscription, variables: { userId }, pause: isGuest },
    (_before, changed) => {
      ofUser.refetch();
      onChange();
      return changed;
    },
  );
  if (isGuest) return { ...ofGuest, data: ofGuest.data?.recommendFor };
  return { ...ofUser, data: ofUser.data === undefined ? undefined : (ofUser.data.user?.recommendations ?? null) };
}
