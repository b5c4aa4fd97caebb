/** Chooses whom the page is about: a user by number, anybody, or oneself. */
import { type FormEvent, useEffect, useState } from "react";
import { useClient } from "urql";
import { graphql } from "../api/graphql.js";
import { Somebody } from "./somebody.js";
import { guestName, type Subject } from "./subject.js";

const UserExistsQuery = graphql(`
  query UserExists($userId: ID!) {
    user(id: $userId) {
      id
      userId
    }
  }
`);

export interface WhoProps {
  subject: Subject;
  /** Number of users on this server. */
  userCount: number;
  onChoose(name: string): void;
}

export function Who({ subject, userCount, onChoose }: WhoProps) {
  const shown = subject.kind === "user" ? String(subject.userId) : "";
  const [text, setText] = useState(shown);
  const [isSearching, setSearching] = useState(false);
  const client = useClient();
  useEffect(() => setText(shown), [shown]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (/^[1-9]\d{0,9}$/.test(text.trim())) onChoose(text.trim());
  };

  /** Numbers may have gaps: a few are tried. */
  const surprise = async () => {
    setSearching(true);
    for (let i = 0; i < 20; i++) {
      const userId = String(1 + Math.floor(Math.random() * userCount));
      const { data } = await client.query(UserExistsQuery, { userId }).toPromise();
      if (data?.user != null && userId !== shown) {
        onChoose(userId);
        break;
      }
    }
    setSearching(false);
  };

  return (
    <form className="who" onSubmit={submit}>
      <label>
        User
        <input
          inputMode="numeric"
          pattern="[1-9][0-9]{0,9}"
          title="A number, such as 42"
          value={text}
          placeholder="number"
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <button type="submit" className="quiet">
        Show
      </button>
      <button type="button" onClick={surprise} disabled={isSearching}>
        Surprise me
      </button>
      <Somebody present={shown} onChoose={onChoose} />
      <button
        type="button"
        className="main"
        aria-pressed={subject.kind === "guest"}
        onClick={() => onChoose(guestName)}
      >
        Be yourself
      </button>
    </form>
  );
}
