/** Makes the guest a user of the server, with their ratings, where the token allows it. */
import { useState } from "react";
import { useMutation } from "urql";
import { CreateUserMutation, RateMoviesMutation } from "../api/users.js";
import { describe } from "../parts/problem.js";
import { forgetGuest, storedGuest, toGuestRatings } from "../state/guest.js";
import { usePlace } from "../state/location.js";
import type { Viewer } from "./use-actions.js";

export function Stay({ viewer }: { viewer: Viewer }) {
  const guest = storedGuest.use();
  const [, change] = usePlace();
  const [{ fetching }, createUser] = useMutation(CreateUserMutation);
  const [, rateMovies] = useMutation(RateMoviesMutation);
  const [problem, setProblem] = useState<string>();
  if (viewer.scope !== "ADMIN" || guest.ratings.length === 0) return null;

  const stay = async () => {
    const created = await createUser({ externalId: `web ${crypto.randomUUID()}` });
    if (created.error !== undefined) return setProblem(describe(created.error).text);
    const result = created.data?.createUser;
    if (result?.__typename !== "CreateUserPayload") return setProblem(result?.message);
    const userId = String(result.user.userId);
    const rated = await rateMovies({ userId, ratings: toGuestRatings(guest) });
    if (rated.error !== undefined) return setProblem(describe(rated.error).text);
    forgetGuest();
    change({ user: userId });
  };
  return (
    <div className="stay">
      <button type="button" onClick={stay} disabled={fetching}>
        Keep me on this server
      </button>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  );
}
