/** The first view: whom it is about, what they love, and the wall of what we suggest. */
import { type ReactNode, useCallback, useState } from "react";
import { NamedMoviesQuery } from "../api/movies.js";
import type { Suggestion } from "../api/suggestions.js";
import { LovedQuery } from "../api/users.js";
import { hasCode, Problem } from "../parts/problem.js";
import { useEvent } from "../parts/use-event.js";
import { forgetGuest, storedGuest } from "../state/guest.js";
import { usePlace } from "../state/location.js";
import { useLiveQuery } from "../state/use-live-query.js";
import { BringRatings } from "./bring-ratings.js";
import { ChooseFromList, type ChosenList } from "./choose-from-list.js";
import { Controls } from "./controls.js";
import { Loved, type LovedMovie } from "./loved.js";
import { RateAFew } from "./rate-a-few.js";
import { Stay } from "./stay.js";
import { type Subject, toFacts } from "./subject.js";
import { plainTuning } from "./tuning.js";
import { useActions, type Viewer } from "./use-actions.js";
import { useSuggestions } from "./use-suggestions.js";
import { Wall } from "./wall.js";
import { Who } from "./who.js";

export interface HomeProps {
  subject: Subject;
  /** Number of users on this server. */
  userCount: number;
  viewer: Viewer;
}

export function Home({ subject, userCount, viewer }: HomeProps) {
  const [, change] = usePlace();
  return (
    <>
      <Hero>
        <Who subject={subject} userCount={userCount} onChoose={(user) => change({ user, q: undefined })} />
      </Hero>
      <ForSubject key={subject.kind === "guest" ? "guest" : subject.userId} subject={subject} viewer={viewer} />
    </>
  );
}

/** The words that the page begins with; `index.html` has them too. */
export function Hero({ children }: { children?: ReactNode }) {
  return (
    <section className="hero">
      <h1>People choose what to watch by its poster.</h1>
      <p>
        Marquee predicts how many stars a person would give to each movie, then ranks what they have not seen by how
        close its poster is to the posters of the movies that they love.
      </p>
      {children}
    </section>
  );
}

function ForSubject({ subject, viewer }: { subject: Subject; viewer: Viewer }) {
  const [, change] = usePlace();
  const [tuning, setTuning] = useState(plainTuning);
  const [list, setList] = useState<ChosenList>();
  const [highlighted, setHighlighted] = useState<number>();
  const [notice, setNotice] = useState<{ text: string; undo?: () => void }>();
  const loved = useLoved(subject);
  const suggestions = useSuggestions(subject, tuning, list?.movieIds, loved.refetch);
  const renew = () => {
    loved.refetch();
    suggestions.refetch();
  };
  const actions = useActions(subject, viewer, renew);
  const open = useCallback((movieId: number) => change({ movie: String(movieId) }), [change]);
  const dismiss = useEvent(async ({ movie }: Suggestion) => {
    if (movie === null) return;
    const undo = async () => {
      setNotice(undefined);
      const problem = await actions.dismiss(movie.movieId, false);
      if (problem !== undefined) setNotice({ text: problem });
    };
    const problem = await actions.dismiss(movie.movieId, true);
    setNotice(problem === undefined ? { text: `${movie.title} stays away.`, undo } : { text: problem });
  });
  const isGuest = subject.kind === "guest";
  const lovedIds = loved.movies?.map(({ movie }) => movie.movieId) ?? [];
  const error = loved.error ?? suggestions.error;
  if (loved.isNobody) {
    return (
      <p className="empty">
        There is no user {isGuest ? "" : subject.userId} on this server. Choose another number, or be yourself.
      </p>
    );
  }
  return (
    <>
      {isGuest && <RateAFew onOpen={open} />}
      {(isGuest || viewer.userId === subject.userId) && <BringRatings subject={subject} onChanged={renew} />}
      {error !== undefined &&
        (isGuest && hasCode(error, "MOVIE_NOT_FOUND") ? (
          <div className="problem" role="alert">
            <p>Movies that you rated are no longer on this server.</p>
            <button type="button" onClick={forgetGuest}>
              Start over
            </button>
          </div>
        ) : (
          <Problem error={error} onRetry={suggestions.refetch} />
        ))}
      <div className="stage">
        <section className="side" aria-labelledby="loved-heading">
          <h2 id="loved-heading">{isGuest ? "What you love" : `User ${subject.userId} loves`}</h2>
          <p className="facts">{loved.facts}</p>
          {loved.movies === undefined || loved.movies.length > 0 ? (
            <Loved movies={loved.movies} highlighted={highlighted} onHighlight={setHighlighted} onOpen={open} />
          ) : (
            <p className="empty">{isGuest ? "Nothing yet: rate a movie above." : "Nothing rated yet."}</p>
          )}
          {isGuest && <Stay viewer={viewer} />}
        </section>
        <section className="main" aria-labelledby="wall-heading">
          <div className="heading">
            <h2 id="wall-heading">What we suggest</h2>
            <p>The line under each is the colour of the loved poster that it looks like.</p>
          </div>
          <div className="tools">
            <Controls tuning={tuning} onTune={setTuning} />
            <ChooseFromList chosen={list} onChoose={setList} />
          </div>
          {suggestions.data == null ? (
            <div className="wall waiting" aria-hidden="true" />
          ) : suggestions.data.length === 0 ? (
            <p className="empty">Nothing to suggest: there are no movies left that fit.</p>
          ) : (
            <Wall
              suggestions={suggestions.data}
              loved={lovedIds}
              highlighted={highlighted}
              onHighlight={setHighlighted}
              onOpen={open}
              onDismiss={actions.isAllowed ? dismiss : undefined}
            />
          )}
        </section>
      </div>
      <div className="notice" role="status" data-open={notice !== undefined}>
        {notice?.text}
        {notice?.undo !== undefined && (
          <button type="button" onClick={notice.undo}>
            Undo
          </button>
        )}
      </div>
    </>
  );
}

interface LovedState {
  /** Undefined while they are on their way. */
  movies: LovedMovie[] | undefined;
  facts: string;
  /** Whether there is no such user. */
  isNobody: boolean;
  error: ReturnType<typeof useLiveQuery>["error"];
  refetch(): void;
}

const comparedCount = 3;

/** The best-rated movies of a user, or those of the guest, in the order in which the server compares posters with them. */
function useLoved(subject: Subject): LovedState {
  const { ratings } = storedGuest.use();
  const isGuest = subject.kind === "guest";
  const best = [...ratings].sort(([, one], [, other]) => other - one).slice(0, comparedCount);
  const ofUser = useLiveQuery(LovedQuery, { userId: isGuest ? "0" : String(subject.userId) }, { pause: isGuest });
  const ofGuest = useLiveQuery(
    NamedMoviesQuery,
    { ids: best.map(([movieId]) => btoa(`Movie:${movieId}`)) },
    { pause: !isGuest || best.length === 0 },
  );
  if (isGuest) {
    const movies = (ofGuest.data?.nodes ?? []).flatMap((node) => (node?.__typename === "Movie" ? [node] : []));
    const found = best.flatMap(([movieId, stars]) => {
      const movie = movies.find((each) => each.movieId === movieId);
      return movie === undefined ? [] : [{ movie, stars }];
    });
    return {
      ...ofGuest,
      movies: best.length > 0 && ofGuest.data === undefined ? undefined : found,
      facts: ratings.length === 1 ? "1 rating" : `${ratings.length} ratings`,
      isNobody: false,
    };
  }
  const user = ofUser.data?.user;
  const movies = (user?.topRatings ?? []).flatMap(({ movie, rating }) =>
    movie === null ? [] : [{ movie, stars: rating }],
  );
  return {
    ...ofUser,
    movies: user === undefined ? undefined : movies,
    facts: user == null ? "" : toFacts(user),
    isNobody: user === null,
  };
}
