/** Chooses some user by what the data set says of them. */
import { useId, useRef, useState } from "react";
import { useClient } from "urql";
import { graphql } from "../api/graphql.js";
import { describe } from "../parts/problem.js";
import { ages } from "./subject.js";

/** Of those who match, one among the first hundred is chosen. */
const UsersLikeQuery = graphql(`
  query UsersLike($gender: String, $ageGroup: Int) {
    users(gender: $gender, ageGroup: $ageGroup, first: 100) {
      edges {
        node {
          id
          userId
        }
      }
    }
  }
`);

interface SomebodyProps {
  /** Whom the page is about; empty where that is no user. */
  present: string;
  onChoose(name: string): void;
}

export function Somebody({ present, onChoose }: SomebodyProps) {
  const client = useClient();
  const details = useRef<HTMLDetailsElement>(null);
  const id = useId();
  const [gender, setGender] = useState("");
  const [ageGroup, setAgeGroup] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const close = () => details.current?.removeAttribute("open");
  const choose = async () => {
    const variables = { gender: gender === "" ? null : gender, ageGroup: ageGroup === "" ? null : Number(ageGroup) };
    setBusy(true);
    const { data, error } = await client.query(UsersLikeQuery, variables).toPromise();
    setBusy(false);
    const all = data?.users.edges.map(({ node }) => String(node.userId)) ?? [];
    const users = all.length > 1 ? all.filter((userId) => userId !== present) : all;
    if (error !== undefined) return setProblem(describe(error).text);
    if (users.length === 0) return setProblem("Nobody: the data set has no such user, or does not say.");
    setProblem(undefined);
    close();
    details.current?.querySelector("summary")?.focus();
    onChoose(users[Math.floor(Math.random() * users.length)]);
  };
  return (
    <details
      className="somebody"
      ref={details}
      onKeyDown={({ key }) => {
        if (key !== "Escape") return;
        close();
        details.current?.querySelector("summary")?.focus();
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        // A click beside it takes the focus to nothing, or elsewhere; one within it stays.
        if (relatedTarget === null ? !currentTarget.matches(":hover") : !currentTarget.contains(relatedTarget)) close();
      }}
    >
      <summary>Somebody…</summary>
      <div>
        <label htmlFor={`${id}-gender`}>Who</label>
        <select id={`${id}-gender`} value={gender} onChange={({ target }) => setGender(target.value)}>
          <option value="">anybody</option>
          <option value="F">a woman</option>
          <option value="M">a man</option>
        </select>
        <label htmlFor={`${id}-age`}>Aged</label>
        <select id={`${id}-age`} value={ageGroup} onChange={({ target }) => setAgeGroup(target.value)}>
          <option value="">any age</option>
          {Object.entries(ages).map(([lowest, name]) => (
            <option key={lowest} value={lowest}>
              {name}
            </option>
          ))}
        </select>
        <button type="button" className="main" disabled={isBusy} onClick={choose}>
          Show one
        </button>
        {problem !== undefined && <p role="alert">{problem}</p>}
      </div>
    </details>
  );
}
