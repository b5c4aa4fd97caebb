/** A Marquee client based on `fetch`, with queries and results typed by the schema. */
import type { ResultOf, TadaDocumentNode, VariablesOf } from "gql.tada";
import { print } from "graphql";

export interface ClientOptions {
  /** URL of the API, such as `http://127.0.0.1:4000/graphql`. */
  url: string;
  /** Token printed by `marquee token create`. */
  token?: string;
}

/** A response with errors: the first message, and all errors. */
export class GraphQLRequestError extends Error {
  readonly errors: readonly { message: string; extensions?: { code?: string } }[];

  constructor(errors: GraphQLRequestError["errors"]) {
    super(errors[0].message);
    this.name = "GraphQLRequestError";
    this.errors = errors;
  }
}

/** @throws {GraphQLRequestError} if the response has errors */
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
