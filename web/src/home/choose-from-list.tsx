/** Ranks only the movies of a list that the visitor pastes: a festival's programme, or what a service has. */
import { type FormEvent, useRef, useState } from "react";
import { useClient } from "urql";
import { MatchTitlesQuery } from "../api/lists.js";
import { Later, soon } from "../parts/later.js";
import { describe } from "../parts/problem.js";

const Box = soon(() => import("../parts/box.js"));

/** Movies of a list, by number, and the titles that named none. */
export interface ChosenList {
  movieIds: number[];
  unknown: { title: string; evidence: string }[];
}

export interface ChooseFromListProps {
  chosen: ChosenList | undefined;
  onChoose(list: ChosenList | undefined): void;
}

const maxTitles = 500;

export function ChooseFromList({ chosen, onChoose }: ChooseFromListProps) {
  const client = useClient();
  const opener = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  if (chosen !== undefined) {
    return (
      <div className="chosen">
        <span>
          Only {chosen.movieIds.length} of your list
          {chosen.unknown.length > 0 && `; ${chosen.unknown.length} not found`}
        </span>
        {chosen.unknown.length > 0 && (
          <details>
            <summary>Which?</summary>
            <ul>
              {chosen.unknown.map(({ title, evidence }) => (
                <li key={title}>
                  {title}: {evidence}
                </li>
              ))}
            </ul>
          </details>
        )}
        <button type="button" onClick={() => onChoose(undefined)}>
          All movies
        </button>
      </div>
    );
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("titles") ?? "");
    const titles = [...new Set(text.split("\n").map((line) => line.replace(/^[\s•*–-]+/, "").trim()))].filter(
      (line) => line !== "",
    );
    if (titles.length === 0) return;
    if (titles.length > maxTitles)
      return setProblem(`At most ${maxTitles} titles, one on each line; these are ${titles.length}.`);
    setBusy(true);
    const { data, error } = await client.query(MatchTitlesQuery, { titles }).toPromise();
    setBusy(false);
    if (error !== undefined) return setProblem(describe(error).text);
    const matches = data?.matchTitles ?? [];
    const movieIds = [...new Set(matches.flatMap(({ movie }) => (movie === null ? [] : [movie.movieId])))];
    if (movieIds.length === 0) return setProblem("None of these titles is here.");
    setProblem(undefined);
    setOpen(false);
    onChoose({ movieIds, unknown: matches.filter(({ movie }) => movie === null) });
  };
  return (
    <>
      <button type="button" ref={opener} aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(true)}>
        Choose from a list
      </button>
      {isOpen && (
        <Later onClose={() => setOpen(false)}>
          <Box
            title="Choose from a list"
            description="Paste a festival’s programme, or what your streaming service has: one title on each line, with a year where you have it."
            action={{ label: "Rank these", isBusy }}
            onSubmit={submit}
            onClose={() => setOpen(false)}
            opener={opener}
          >
            <label>
              Titles
              <textarea name="titles" rows={10} required placeholder={"Parasite (2019)\nHeat, 1995\ntt0068646"} />
            </label>
            {problem !== undefined && <p role="alert">{problem}</p>}
          </Box>
        </Later>
      )}
    </>
  );
}
