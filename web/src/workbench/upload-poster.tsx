/** Gives a movie a poster, dropped on it or chosen. */
import { type DragEvent, useState } from "react";
import { useMutation } from "urql";
import { SetPosterMutation } from "../api/workbench.js";
import { describe } from "../parts/problem.js";
import type { MendProps } from "./link-movie.js";

export function UploadPoster({ movie, onDone, onMove }: MendProps) {
  const [{ fetching }, setPoster] = useMutation(SetPosterMutation);
  const [problem, setProblem] = useState<string>();
  const [isOver, setOver] = useState(false);
  const upload = async (file: File | undefined) => {
    if (file === undefined) return;
    setProblem(undefined);
    const { data, error } = await setPoster({ movieId: String(movie.movieId), file });
    if (error !== undefined) return setProblem(describe(error).text);
    if (data?.setPoster.__typename !== "SetPosterPayload")
      return setProblem(`This picture cannot be used: ${data?.setPoster.message}.`);
    onDone();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void upload(event.dataTransfer.files[0]);
  };
  return (
    <>
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button within does the same by keyboard */}
      <div
        className="drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p>Drop a JPEG, PNG or WebP here.</p>
        <label className="button">
          {fetching ? "Storing…" : "Choose a picture"}
          <input
            type="file"
            className="unseen"
            accept="image/jpeg,image/png,image/webp"
            disabled={fetching}
            onChange={({ target }) => void upload(target.files?.[0])}
          />
        </label>
        <button type="button" className="quiet" onClick={() => onMove(1)}>
          Skip
        </button>
      </div>
    </>
  );
}
