/** A query that keeps trying while the server does not answer, and keeps what it last showed meanwhile. */
import { useEffect, useRef } from "react";
import { type AnyVariables, type CombinedError, type DocumentInput, useQuery } from "urql";

export interface Live<Data> {
  /** The latest data, of the variables before while those of the present ones are on their way. */
  data: Data | undefined;
  error: CombinedError | undefined;
  isFetching: boolean;
  refetch(): void;
}

const retryAfterMs = 2500;

/** Whether the server did not answer at all, or was too busy to: another try may help. */
export function isUnreachable(error: CombinedError): boolean {
  const status = (error.response as Response | undefined)?.status;
  return error.networkError !== undefined ? status === undefined || status >= 500 : status === 503 || status === 429;
}

export function useLiveQuery<Data, Variables extends AnyVariables>(
  query: DocumentInput<Data, Variables>,
  variables: Variables,
  { pause = false } = {},
): Live<Data> {
  const [{ data, error, fetching }, execute] = useQuery({ query, variables, pause } as Parameters<
    typeof useQuery<Data, Variables>
  >[0]);
  const last = useRef<Data | undefined>(undefined);
  if (data != null) last.current = data;
  useEffect(() => {
    if (error === undefined || fetching || !isUnreachable(error)) return;
    const timer = setTimeout(() => execute({ requestPolicy: "network-only" }), retryAfterMs);
    return () => clearTimeout(timer);
  }, [error, fetching, execute]);
  return {
    data: data ?? last.current,
    error,
    isFetching: fetching,
    refetch: () => execute({ requestPolicy: "network-only" }),
  };
}
