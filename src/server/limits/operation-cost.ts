/** Computes the cost of an operation before it runs, for rate limits and admission. */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
} from "graphql";

interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null;
  variableValues?: Record<string, unknown> | null;
  contextValue?: unknown;
}

/** Cost of an invalid operation, which ends before it computes anything. */
const minCost = 1;

/** Costs that are kept of one operation, and the longest variables, as JSON, that they are kept for. */
const maxKept = 100;
const maxKeyLength = 200;
/** Of operations of parsed documents, which the server keeps, by the variables that a cost may follow from. */
const costs = new WeakMap<OperationDefinitionNode, Map<string, number>>();

/** Complexity of the operation in the schema, including ids and ratings in arguments; at least 1. */
export function operationCost(args: Operation): number {
  const operation = getOperationAST(args.document, args.operationName);
  if (operation == null) return minCost;
  const key = toKey(operation, args.variableValues ?? {});
  const kept = costs.get(operation) ?? new Map<string, number>();
  const known = kept.get(key);
  if (known !== undefined) return known;
  const cost = computeCost(operation, args);
  if (key.length <= maxKeyLength && kept.size < maxKept) costs.set(operation, kept.set(key, cost));
  return cost;
}

function computeCost(
  operation: OperationDefinitionNode,
  { schema, document, variableValues, contextValue }: Operation,
): number {
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

/** The values of the operation's variables; one id costs what any other does. */
function toKey({ variableDefinitions = [] }: OperationDefinitionNode, values: Record<string, unknown>): string {
  const counted = variableDefinitions.filter(({ type }) => !isId(type));
  return JSON.stringify(Object.fromEntries(counted.map(({ variable: { name } }) => [name.value, values[name.value]])));
}

function isId(type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return isId(type.type);
  return type.kind === Kind.NAMED_TYPE && type.name.value === "ID";
}
