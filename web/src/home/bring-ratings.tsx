/** Takes an export of one's ratings from another service: shows what was recognised first, then uses it. */
import { useId, useState } from "react";
import { useMutation } from "urql";
import { ImportRatingsMutation, type ImportResult, UndoImportMutation } from "../api/imports.js";
import { DropZone } from "../parts/drop-zone.js";
import { describe } from "../parts/problem.js";
import { rateManyAsGuest } from "../state/guest.js";
import { ImportPreview, type Scale } from "./import-preview.js";
import type { Subject } from "./subject.js";

export interface BringRatingsProps {
  subject: Subject;
  /** Called after ratings of a user of the server changed. */
  onChanged(): void;
}

export function BringRatings({ subject, onChanged }: BringRatingsProps) {
  const id = useId();
  const [{ fetching }, importRatings] = useMutation(ImportRatingsMutation);
  const [, undoImport] = useMutation(UndoImportMutation);
  const [file, setFile] = useState<File>();
  const [scale, setScale] = useState<Scale>();
  const [preview, setPreview] = useState<ImportResult>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<{ text: string; importId?: number }>();
  const userId = subject.kind === "guest" ? null : String(subject.userId);

  const send = async (chosen: File, dryRun: boolean, on: Scale | undefined): Promise<ImportResult | undefined> => {
    setProblem(undefined);
    const { data, error } = await importRatings({ file: chosen, userId, dryRun, scale: on ?? null });
    const result = data?.importRatings;
    if (error !== undefined) setProblem(describe(error).text);
    else if (result?.__typename === "ImportRatingsPayload") return result;
    else setProblem(`This file cannot be used: ${result?.message}.`);
    return undefined;
  };
  const look = async (chosen: File | undefined, on?: Scale) => {
    if (chosen === undefined) return;
    setFile(chosen);
    setScale(on);
    setDone(undefined);
    setPreview(await send(chosen, true, on));
  };
  const use = async () => {
    if (preview === undefined || file === undefined) return;
    if (userId === null) {
      const ratings = preview.matched.flatMap(({ movie, rating }): [number, number][] =>
        movie === null ? [] : [[movie.movieId, rating]],
      );
      const used = rateManyAsGuest(ratings);
      setDone({ text: `${used} ratings are used. They stay in this browser.` });
      setPreview(undefined);
      return;
    }
    const result = await send(file, false, scale ?? preview.scale);
    if (result?.import == null) return;
    const { importId, added, changed, kept } = result.import;
    setDone({ text: `${added} ratings added, ${changed} changed, ${kept} kept as they were.`, importId });
    setPreview(undefined);
    onChanged();
  };
  const undo = async (importId: number) => {
    const { data, error } = await undoImport({ userId: userId ?? "", importId });
    if (error !== undefined) return setProblem(describe(error).text);
    if (data?.undoRatingImport.__typename !== "UndoRatingImportPayload")
      return setProblem(data?.undoRatingImport.message);
    setDone({ text: "The import is undone." });
    onChanged();
  };
  return (
    <section className="bring" aria-labelledby={id}>
      <DropZone
        label={fetching ? "Reading…" : "Choose a file"}
        accept=".csv,.zip,.json,.txt,.tsv"
        isBusy={fetching}
        onFile={(chosen) => void look(chosen)}
      >
        <h2 id={id}>Bring your ratings</h2>
        <p>
          Drop an export of Letterboxd (zip or ratings.csv), IMDb, Trakt or MovieLens here, or any CSV file with titles
          and ratings.
        </p>
      </DropZone>
      {problem !== undefined && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      {preview !== undefined && (
        <ImportPreview
          preview={preview}
          isBusy={fetching}
          onScale={(on) => void look(file, on)}
          onUse={() => void use()}
          onCancel={() => setPreview(undefined)}
        />
      )}
      {done !== undefined && (
        <p role="status" className="done">
          {done.text}
          {done.importId !== undefined && (
            <button type="button" onClick={() => void undo(done.importId as number)}>
              Undo
            </button>
          )}
        </p>
      )}
    </section>
  );
}
