/** Gives a movie a poster, dropped on it or chosen. */
import { useState } from "react";
import { useMutation } from "urql";
import { SetPosterMutation } from "../api/workbench.js";
import { DropZone } from "../parts/drop-zone.js";
import { describe } from "../parts/problem.js";
import type { MendProps } from "./link-movie.js";

export function UploadPoster({ movie, onDone, onMove }: MendProps) {
  const [{ fetching }, setPoster] = useMutation(SetPosterMutation);
  const [problem, setProblem] = useState<string>();
  const upload = async (file: File) => {
    setProblem(undefined);
    const { data, error } = await setPoster({ movieId: String(movie.movieId), file });
    if (error !== undefined) return setProblem(describe(error).text);
    if (data?.setPoster.__typename !== "SetPosterPayload")
      return setProblem(`This picture cannot be used: ${data?.setPoster.message}.`);
    onDone();
  };
  return (
    <>
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <DropZone
        label={fetching ? "Storing…" : "Choose a picture"}
        accept="image/jpeg,image/png,image/webp"
        isBusy={fetching}
        onFile={(file) => void upload(file)}
      >
        <p>Drop a JPEG, PNG or WebP here.</p>
      </DropZone>
      <div>
        <button type="button" className="quiet" onClick={() => onMove(1)}>
          Skip
        </button>
      </div>
    </>
  );
}
