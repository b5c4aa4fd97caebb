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

export function Somebody({ onChoose }: { onChoose(name: string): void }) {
  const client = useClient();
  const details = useRef<HTMLDetailsElement>(null);
  const id = useId();
  const [gender, setGender] = useState("");
  const [ageGroup, setAgeGroup] = useState("");
  const [problem, setProblem] = useState<string>();
  const choose = async () => {
    const variables = { gender: gender === "" ? null : gender, ageGroup: ageGroup === "" ? null : Number(ageGroup) };
    const { data, error } = await client.query(UsersLikeQuery, variables).toPromise();
    const users = data?.users.edges ?? [];
    if (error !== undefined) return setProblem(describe(error).text);
    if (users.length === 0) return setProblem("Nobody: the data set has no such user, or does not say.");
    setProblem(undefined);
    details.current?.removeAttribute("open");
    onChoose(String(users[Math.floor(Math.random() * users.length)].node.userId));
  };
  return (
    <details className="somebody" ref={details}>
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
        <button type="button" className="main" onClick={choose}>
          Show one
        </button>
        {problem !== undefined && <p role="alert">{problem}</p>}
      </div>
    </details>
  );
}
