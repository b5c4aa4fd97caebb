/** Everything about one movie, in a panel beside the wall. */
import { Dialog } from "@base-ui/react/dialog";
import { useState } from "react";
import type { CombinedError } from "urql";
import type { ResultOf } from "../api/graphql.js";
import type { MovieCard } from "../api/movie-card.js";
import { GuestAndMovieQuery, MovieQuery, UserAndMovieQuery } from "../api/movies.js";
import type { Subject } from "../home/subject.js";
import { type Actions, useActions, type Viewer } from "../home/use-actions.js";
import { formatCount } from "../parts/count.js";
import { Poster } from "../parts/poster.js";
import { Problem } from "../parts/problem.js";
import { Stars } from "../parts/stars.js";
import { Tile } from "../parts/tile.js";
import { storedGuest, toGuestRatings } from "../state/guest.js";
import { useLiveQuery } from "../state/use-live-query.js";
import { RatingBars } from "./rating-bars.js";

export interface MoviePanelProps {
  movieId: string;
  subject: Subject;
  viewer: Viewer;
  onOpen(movieId: number): void;
  onClose(): void;
}

export default function MoviePanel({ movieId, subject, viewer, onOpen, onClose }: MoviePanelProps) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="panel">
          <Dialog.Close className="close" aria-label="Close">
            ✕
          </Dialog.Close>
          {/* Of another movie, nothing stays. */}
          <Content key={movieId} movieId={movieId} subject={subject} viewer={viewer} onOpen={onOpen} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Content({ movieId, subject, viewer, onOpen }: Omit<MoviePanelProps, "onClose">) {
  const { data, error, refetch } = useLiveQuery(MovieQuery, { movieId });
  const opinion = useOpinion(subject, movieId);
  if (error !== undefined && data === undefined) return <Problem error={error} onRetry={refetch} />;
  // Both at once: what is below must not jump.
  if (data === undefined || opinion.isLoading) return <Dialog.Title className="unseen">Loading</Dialog.Title>;
  if (data.movie === null) return <Dialog.Title>There is no movie {movieId} on this server.</Dialog.Title>;
  return <Movie movie={data.movie} opinion={opinion} subject={subject} viewer={viewer} onOpen={onOpen} />;
}

type Details = NonNullable<ResultOf<typeof MovieQuery>["movie"]>;

interface MovieProps extends Pick<MoviePanelProps, "subject" | "viewer"> {
  movie: Details;
  opinion: Opinion;
}

function Movie({ onOpen, ...props }: MovieProps & Pick<MoviePanelProps, "onOpen">) {
  const { movie } = props;
  const { genres, year, imdbUrl, ratingCount, meanRating, ratingHistogram, poster, alsoLiked, similarPosters } = movie;
  return (
    <>
      <div className="about">
        <Poster movie={movie} sizes="220px" isFirst />
        <div>
          <Dialog.Title>{movie.title}</Dialog.Title>
          <Dialog.Description className="facts">
            {[year ?? undefined, genres.join(", ") || undefined].filter((part) => part !== undefined).join(" · ")}
          </Dialog.Description>
          <Own {...props} />
          {poster != null && poster.palette.length > 0 && <Palette colours={poster.palette} />}
          {imdbUrl !== null && (
            <p>
              <a href={imdbUrl} rel="noreferrer">
                On IMDb
              </a>
            </p>
          )}
        </div>
      </div>
      <h3>
        {ratingCount === 0 ? "Nobody has rated it" : `${formatCount(ratingCount)} ratings`}
        {meanRating !== null && `, ${meanRating.toFixed(2)} ★ on average`}
      </h3>
      {ratingCount > 0 && <RatingBars counts={ratingHistogram} />}
      <Row
        title="Posters that look like it"
        movies={similarPosters.map(({ movie: other, similarity }) => ({
          movie: other,
          note: `${Math.round(similarity * 100)}%`,
        }))}
        onOpen={onOpen}
      />
      <Row
        title="Liked by the same people"
        movies={alsoLiked.map(({ movie: other, affinity }) => ({
          movie: other,
          note: `${Math.round(affinity * 100)}%`,
        }))}
        onOpen={onOpen}
      />
    </>
  );
}

/** What a subject would give a movie, and why, or what they gave it. */
interface Opinion {
  isLoading: boolean;
  error: CombinedError | undefined;
  rated: number | undefined;
  predicted: number | null | undefined;
  similarity: number | null | undefined;
  reasons: readonly { text: string }[];
  refetch(): void;
}

function useOpinion(subject: Subject, movieId: string): Opinion {
  const guest = storedGuest.use();
  const isGuest = subject.kind === "guest";
  const ofUser = useLiveQuery(
    UserAndMovieQuery,
    { userId: isGuest ? "0" : String(subject.userId), movieId },
    { pause: isGuest },
  );
  const ofGuest = useLiveQuery(GuestAndMovieQuery, { ratings: toGuestRatings(guest), movieId }, { pause: !isGuest });
  const { data, error, refetch } = isGuest ? ofGuest : ofUser;
  const isLoading = data === undefined && error === undefined;
  if (isGuest) {
    const suggestion = ofGuest.data?.recommendFor[0];
    return {
      isLoading,
      error,
      rated: guest.ratings.find(([id]) => String(id) === movieId)?.[1],
      predicted: suggestion?.score,
      similarity: suggestion?.similarity,
      reasons: suggestion?.reasons ?? [],
      refetch,
    };
  }
  return {
    isLoading,
    error,
    rated: ofUser.data?.user?.ratings.edges[0]?.node.rating,
    predicted: ofUser.data?.movie?.predictedRating,
    similarity: ofUser.data?.movie?.posterSimilarity,
    reasons: ofUser.data?.why?.recommendations[0]?.reasons ?? [],
    refetch,
  };
}

/** The opinion, and stars to change it with. */
function Own({ movie, opinion, subject, viewer }: MovieProps) {
  const [problem, setProblem] = useState<string>();
  const { rated, predicted, similarity, reasons } = opinion;
  const isGuest = subject.kind === "guest";
  const actions: Actions = useActions(subject, viewer, opinion.refetch);
  const who = isGuest ? "you" : `user ${subject.userId}`;
  const rate = async (stars: number | null) => setProblem(await actions.rate(movie.movieId, stars));
  return (
    <div className="own">
      <p className="predicted">
        <strong>{predicted == null ? "–" : predicted.toFixed(1)} ★</strong> predicted for {who}
      </p>
      {similarity != null && (
        <p>
          Its poster is {Math.round(similarity * 100)}% similar to those that {isGuest ? "you love" : "they love"}.
        </p>
      )}
      {rated === undefined && reasons.length > 0 && (
        <ul className="reasons">
          {reasons.map(({ text }) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {actions.isAllowed ? (
        <div className="give">
          <Stars title={movie.title} value={rated ?? null} onRate={rate} />
          {rated !== undefined && (
            <button type="button" className="quiet" onClick={() => rate(null)}>
              Take back
            </button>
          )}
        </div>
      ) : (
        <p className="facts">{rated === undefined ? "Not rated yet" : `Rated ${rated} ★`}</p>
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
      {opinion.error !== undefined && <Problem error={opinion.error} onRetry={opinion.refetch} />}
    </div>
  );
}

function Palette({ colours }: { colours: readonly { name: string; hex: string; share: number }[] }) {
  return (
    <ul className="palette" aria-label="Colours of the poster">
      {colours.map(({ name, hex, share }) => (
        <li key={name} style={{ background: hex, flexGrow: share }} title={`${name}, ${Math.round(share * 100)}%`}>
          <span className="unseen">{name}</span>
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  title: string;
  movies: readonly { movie: MovieCard; note: string }[];
  onOpen(movieId: number): void;
}

function Row({ title, movies, onOpen }: RowProps) {
  if (movies.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="strip small">
        {movies.map(({ movie, note }) => (
          <li key={movie.movieId}>
            <Tile movie={movie} sizes="110px" onOpen={onOpen}>
              {note}
            </Tile>
          </li>
        ))}
      </ul>
    </section>
  );
}
