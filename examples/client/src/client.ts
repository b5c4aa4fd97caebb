/** A client of Marquee in plain fetch: what it asks is checked against the schema, what comes back has its types. */
import type { ResultOf, TadaDocumentNode, VariablesOf } from "gql.tada";
import { print } from "graphql";

export interface ClientOptions {
  /** Such as `http://127.0.0.1:4000/graphql`. */
  url: string;
  /** What `marquee token create` printed. */
  token?: string;
}

/** An answer with errors: its first message, and all of them. */
export class GraphQLRequestError extends Error {
  readonly errors: readonly { message: string; extensions?: { code?: string } }[];

  constructor(errors: GraphQLRequestError["errors"]) {
    super(errors[0].message);
    this.name = "GraphQLRequestError";
    this.errors = errors;
  }
}

/** @throws {GraphQLRequestError} where the answer has errors */
export async function request<Result, Variables>(
  { url, token }: ClientOptions,
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Result; errors?: GraphQLRequestError["errors"] };
  if (errors !== undefined) throw new GraphQLRequestError(errors);
  return data;
}

export type { ResultOf, VariablesOf };
