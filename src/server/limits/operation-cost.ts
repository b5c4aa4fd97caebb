/** What an operation costs before it is run, as the schema counts it: limits and turns go by it. */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind } from "graphql";

interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null;
  variableValues?: Record<string, unknown> | null;
  contextValue?: unknown;
}

/** Of an operation that names what is not there, or whose variables are wrong: it ends before it computes anything. */
const least = 1;

/** At least 1. Ids and ratings in its arguments count, too. */
export function costOf({ schema, document, operationName, variableValues, contextValue }: Operation): number {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return least;
  try {
    const definitions = [operation, ...document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)];
    const { complexity } = complexityFromQuery(
      { kind: Kind.DOCUMENT, definitions },
      { schema, variables: variableValues ?? {}, ctx: contextValue as object },
    );
    return Math.max(least, complexity);
  } catch {
    // Graphql itself says what is wrong.
    return least;
  }
}
