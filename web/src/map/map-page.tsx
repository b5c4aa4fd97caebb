/** All posters at once, those that look alike near each other, with what a user loves and what we suggest marked. */
import { useEffect, useMemo, useState } from "react";
import { MarkedMoviesQuery, MovieTitleQuery, type PosterMap, PosterMapQuery } from "../api/map.js";
import type { Subject } from "../home/subject.js";
import { formatCount } from "../parts/count.js";
import { Modes } from "../parts/modes.js";
import { Problem } from "../parts/problem.js";
import { useSettled } from "../parts/use-settled.js";
import { storedGuest } from "../state/guest.js";
import { useLiveQuery } from "../state/use-live-query.js";
import type { Marks } from "./draw-map.js";
import { MapCanvas } from "./map-canvas.js";

const arrangements = [
  { name: "wall", label: "Wall" },
  { name: "islands", label: "Islands" },
] as const;

/** How often a map that is not there yet is looked for. */
const lookAgainMs = 3000;

export default function MapPage({ subject, onOpen }: { subject: Subject; onOpen(movieId: number): void }) {
  const { data, error, refetch } = useLiveQuery(PosterMapQuery, {});
  const marks = useMarks(subject);
  const isAwaited = data?.posterMap === null;
  useEffect(() => {
    if (!isAwaited) return;
    const timer = setInterval(refetch, lookAgainMs);
    return () => clearInterval(timer);
  });
  if (error !== undefined) return <Problem error={error} onRetry={refetch} />;
  if (data === undefined) return <p className="empty">Loading…</p>;
  if (data.posterMap === null) {
    return (
      <div className="empty">
        <h1>The map is being made</h1>
        <p>
          The server lays its posters out in the background after it starts: a moment for hundreds of them, minutes for
          thousands.
        </p>
      </div>
    );
  }
  return <Atlas map={data.posterMap} marks={marks} subject={subject} onOpen={onOpen} />;
}

function Atlas({
  map,
  marks,
  subject,
  onOpen,
}: {
  map: PosterMap;
  marks: Marks;
  subject: Subject;
  onOpen(movieId: number): void;
}) {
  const [arrangement, setArrangement] = useState<"wall" | "islands">("wall");
  const [chosen, setChosen] = useState<number>();
  const title = useTitle(chosen === undefined ? undefined : map.movieIds[chosen]);
  const cluster = chosen === undefined ? undefined : map.clusters[map.cluster[chosen]];
  const who = subject.kind === "guest" ? "you love" : `user ${subject.userId} loves`;
  return (
    <section className="map" aria-labelledby="map-heading">
      <div className="heading">
        <h1 id="map-heading">{formatCount(map.movieIds.length)} posters by what they look like</h1>
        <Modes<"wall" | "islands">
          label="Arrangement"
          options={arrangements}
          value={arrangement}
          onChange={setArrangement}
        />
      </div>
      <div className="map-frame">
        <MapCanvas
          map={map}
          marks={marks}
          isWall={arrangement === "wall"}
          chosen={chosen}
          onChoose={setChosen}
          onOpen={onOpen}
        />
        <p className="map-label" role="status" data-open={chosen !== undefined}>
          <strong>{title}</strong> {cluster?.name}
        </p>
      </div>
      <p className="facts">
        In colour: what {who}; outlined: what we suggest. Scroll or pinch to zoom, drag to move, click to open.
      </p>
    </section>
  );
}

/** The title of the movie under the pointer, once it stays there for a moment. */
function useTitle(movieId: number | undefined): string | undefined {
  const settled = useSettled(movieId, 60);
  const { data } = useLiveQuery(MovieTitleQuery, { movieId: String(settled ?? 0) }, { pause: settled === undefined });
  const movie = data?.movie;
  return settled === movieId && movie != null
    ? `${movie.title}${movie.year === null ? "" : ` (${movie.year})`}`
    : undefined;
}

function useMarks(subject: Subject): Marks {
  const { ratings } = storedGuest.use();
  const isGuest = subject.kind === "guest";
  const { data } = useLiveQuery(
    MarkedMoviesQuery,
    { userId: isGuest ? "0" : String(subject.userId) },
    { pause: isGuest },
  );
  return useMemo(() => {
    const loved = isGuest
      ? [...ratings].sort(([, one], [, other]) => other - one).map(([movieId]) => movieId)
      : (data?.user?.topRatings ?? []).flatMap(({ movie }) => (movie === null ? [] : [movie.movieId]));
    const suggested = isGuest
      ? []
      : (data?.user?.recommendations ?? []).flatMap(({ movie }) => (movie === null ? [] : [movie.movieId]));
    return { loved: new Map(loved.slice(0, 3).map((movieId, i) => [movieId, i])), suggested: new Set(suggested) };
  }, [isGuest, ratings, data]);
}
