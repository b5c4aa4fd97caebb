/** What editors mend: movies without a link, with an uncertain one, or without a poster, one after another. */
import { useState } from "react";
import { type MovieToMend, ToMendQuery } from "../api/workbench.js";
import type { Viewer } from "../home/use-actions.js";
import { Modes } from "../parts/modes.js";
import { Poster } from "../parts/poster.js";
import { Problem } from "../parts/problem.js";
import { useLiveQuery } from "../state/use-live-query.js";
import { LinkMovie } from "./link-movie.js";
import { UploadPoster } from "./upload-poster.js";

const tasks = {
  unlinked: { label: "Without a link", filter: { linked: false } },
  uncertain: { label: "Uncertain links", filter: { uncertainLink: true } },
  posterless: { label: "Without a poster", filter: { hasPoster: false } },
} as const;

type Task = keyof typeof tasks;

const options = Object.entries(tasks).map(([name, { label }]) => ({ name: name as Task, label }));

export default function WorkbenchPage({ viewer }: { viewer: Viewer }) {
  const [task, setTask] = useState<Task>("unlinked");
  if (viewer.scope !== "EDITOR" && viewer.scope !== "ADMIN") {
    return (
      <div className="empty">
        <h1>For editors</h1>
        <p>
          Here movies are linked to IMDb and given posters. Sign in with a token of the scope editor:{" "}
          <code>npx marquee token create "me" --scope editor</code>
        </p>
      </div>
    );
  }
  return (
    <section className="workbench" aria-labelledby="workbench-heading">
      <div className="heading">
        <h1 id="workbench-heading">Workbench</h1>
        <Modes<Task> label="What to mend" options={options} value={task} onChange={setTask} />
      </div>
      <Mending key={task} task={task} />
    </section>
  );
}

function Mending({ task }: { task: Task }) {
  const { data, error, refetch } = useLiveQuery(ToMendQuery, {
    linked: null,
    uncertainLink: null,
    hasPoster: null,
    ...tasks[task].filter,
  });
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [chosenId, setChosenId] = useState<string>();
  if (error !== undefined) return <Problem error={error} onRetry={refetch} />;
  if (data === undefined) return <p className="empty">Loading…</p>;
  const left = data.movies.edges.map(({ node }) => node).filter(({ id }) => !done.has(id));
  const index = Math.max(
    0,
    left.findIndex(({ id }) => id === chosenId),
  );
  const movie: MovieToMend | undefined = left[index];
  const move = (by: number) => setChosenId(left[Math.min(left.length - 1, Math.max(0, index + by))]?.id);
  const finish = () => {
    if (movie === undefined) return;
    move(index + 1 < left.length ? 1 : -1);
    setDone(new Set([...done, movie.id]));
    if (left.length === 1) refetch();
  };
  if (movie === undefined) return <p className="empty">Nothing to mend here.</p>;
  return (
    <>
      <p className="facts" role="status">
        {data.movies.totalCount - done.size} to go, the most rated first
      </p>
      <div className="mending">
        <ol className="to-mend">
          {left.map((one) => (
            <li key={one.id}>
              <button type="button" aria-current={one.id === movie.id} onClick={() => setChosenId(one.id)}>
                {one.givenTitle}
              </button>
            </li>
          ))}
        </ol>
        <article aria-labelledby="movie-heading">
          <div className="about">
            <Poster movie={movie} sizes="200px" isFirst />
            <div>
              <h2 id="movie-heading">{movie.title}</h2>
              <p className="facts">
                {[movie.year ?? undefined, movie.genres.join(", ")].filter((part) => part !== undefined).join(" · ")}
              </p>
              {movie.linkEvidence !== null && <p className="facts">{movie.linkEvidence}</p>}
            </div>
          </div>
          {task === "posterless" ? (
            <UploadPoster key={movie.id} movie={movie} onDone={finish} onMove={move} />
          ) : (
            <LinkMovie key={movie.id} movie={movie} onDone={finish} onMove={move} />
          )}
        </article>
      </div>
    </>
  );
}
