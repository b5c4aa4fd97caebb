/** The IMDb titles that a movie may be, side by side; a digit accepts one. */
import { type FormEvent, useEffect, useState } from "react";
import { useMutation } from "urql";
import { LinkCandidatesQuery, LinkMutation, type MovieToMend } from "../api/workbench.js";
import { describe, Problem } from "../parts/problem.js";
import { useLiveQuery } from "../state/use-live-query.js";

export interface MendProps {
  movie: MovieToMend;
  onDone(): void;
  /** Goes to the next movie (1) or the one before (−1). */
  onMove(by: number): void;
}

export function LinkMovie({ movie, onDone, onMove }: MendProps) {
  const { data, error, refetch } = useLiveQuery(LinkCandidatesQuery, { movieId: String(movie.movieId) });
  const [{ fetching }, link] = useMutation(LinkMutation);
  const [problem, setProblem] = useState<string>();
  const candidates = data?.linkCandidates ?? [];

  const accept = async (imdbId: string) => {
    const { data: answer, error: failure } = await link({ movieId: String(movie.movieId), imdbId });
    if (failure !== undefined) return setProblem(describe(failure).text);
    if (answer?.linkImdb.__typename !== "LinkImdbPayload") return setProblem(answer?.linkImdb.message);
    onDone();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
      const candidate = candidates[Number(event.key) - 1];
      if (candidate !== undefined && candidate.takenBy === null) void accept(candidate.imdbId);
      else if (event.key === "j" || event.key === "ArrowDown") onMove(1);
      else if (event.key === "k" || event.key === "ArrowUp") onMove(-1);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void accept(String(new FormData(event.currentTarget).get("imdbId") ?? ""));
  };
  return (
    <>
      {error !== undefined && <Problem error={error} onRetry={refetch} />}
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {data !== undefined && candidates.length === 0 && (
        <p className="empty">
          No candidates: <code>npx marquee link --from</code> reads a release with titles to choose from.
        </p>
      )}
      <ol className="candidates">
        {candidates.map(({ imdbId, title, year, confidence, evidence, takenBy }, i) => (
          <li key={imdbId}>
            <button type="button" disabled={fetching || takenBy !== null} onClick={() => void accept(imdbId)}>
              <kbd>{i + 1}</kbd>
              <strong>
                {title} {year !== null && !title.includes(String(year)) && `(${year})`}
              </strong>
              <span>
                {Math.round(confidence * 100)}% · {imdbId}
              </span>
              <span>{takenBy === null ? evidence : `already ${takenBy.title}`}</span>
            </button>
          </li>
        ))}
      </ol>
      <form className="who" onSubmit={submit}>
        <label>
          Another
          <input name="imdbId" placeholder="tt0114709 or its address" required />
        </label>
        <button type="submit">Link</button>
        <button type="button" className="quiet" onClick={() => onMove(1)}>
          Skip
        </button>
      </form>
      <p className="facts">Digits accept, arrows up and down change the movie.</p>
    </>
  );
}
