/** Computes the cost of an operation before it runs, for rate limits and admission. */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind } from "graphql";

interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null;
  variableValues?: Record<string, unknown> | null;
  contextValue?: unknown;
}

/** Cost of an invalid operation, which ends before it computes anything. */
const minCost = 1;

/** Complexity of the operation in the schema, including ids and ratings in arguments; at least 1. */
export function operationCost({ schema, document, operationName, variableValues, contextValue }: Operation): number {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return minCost;
  try {
    const definitions = [operation, ...document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)];
    const { complexity } = complexityFromQuery(
      { kind: Kind.DOCUMENT, definitions },
      { schema, variables: variableValues ?? {}, ctx: contextValue as object },
    );
    return Math.max(minCost, complexity);
  } catch {
    // graphql itself reports the error.
    return minCost;
  }
}
