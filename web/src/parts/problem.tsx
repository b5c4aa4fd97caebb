/** Says what went wrong, where it did, and what to do. */
import type { CombinedError } from "urql";
import { storedToken } from "../state/token.js";
import { isUnreachable } from "../state/use-live-query.js";

export function Problem({ error, onRetry }: { error: CombinedError; onRetry?: () => void }) {
  const { text, isTokens } = describe(error);
  return (
    <div className="problem" role="alert">
      <p>{text}</p>
      {isTokens ? (
        <button type="button" onClick={() => storedToken.write(null)}>
          Go on without it
        </button>
      ) : (
        onRetry !== undefined &&
        !isUnreachable(error) && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )
      )}
    </div>
  );
}

/** Whether the server gave this reason. */
export function hasCode({ graphQLErrors }: CombinedError, code: string): boolean {
  return graphQLErrors.some(({ extensions }) => extensions.code === code);
}

export function describe(error: CombinedError): { text: string; isTokens?: boolean } {
  const status = (error.response as Response | undefined)?.status;
  const [first] = error.graphQLErrors;
  const code = first?.extensions?.code;
  if (code === "UNAUTHENTICATED" && storedToken.read() !== null)
    return { text: "The server no longer accepts this token: it expired, or was revoked.", isTokens: true };
  if (code === "UNAUTHENTICATED")
    return { text: "This needs a token: ask the operator of this server for one, and enter it under “Sign in”." };
  if (code === "RATE_LIMITED" || status === 429)
    return { text: "Too many requests within a minute. Trying again in a moment." };
  if (isUnreachable(error)) return { text: "The server does not answer. Trying again every few seconds." };
  if (first !== undefined) return { text: `The server could not do this: ${first.message}.` };
  return { text: `The server's answer cannot be read${status === undefined ? "" : ` (status ${status})`}.` };
}
