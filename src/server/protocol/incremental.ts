/** Supports `@defer` and `@stream` in queries, with the errors of every part masked. */
import { useDeferStream } from "@graphql-yoga/plugin-defer-stream";
import {
  type ASTNode,
  type ExecutionResult,
  GraphQLError,
  type OperationDefinitionNode,
  type ValidationRule,
  visit,
} from "graphql";
import type { Plugin } from "graphql-yoga";

/** A part of a result, without its data. */
interface Part {
  errors?: readonly GraphQLError[];
}

export type PartialResult = ExecutionResult & { incremental?: readonly Part[] };

export function useIncremental(maskError: (error: unknown) => GraphQLError): Plugin {
  return {
    onPluginInit({ addPlugin }) {
      addPlugin(useDeferStream() as Plugin);
    },
    onValidate({ addValidationRule }) {
      addValidationRule(queriesOnly);
    },
    onExecute: () => ({
      onExecuteDone: () => ({
        // Yoga masks the errors of the initial result.
        onNext({ result, setResult }) {
          const { incremental } = result as PartialResult;
          if (incremental === undefined) return;
          const parts = incremental.map((part) =>
            part.errors === undefined ? part : { ...part, errors: part.errors.map(maskError) },
          );
          const masked: PartialResult = { ...result, incremental: parts };
          setResult(masked);
        },
      }),
    }),
  };
}

/** Rejects `@defer` and `@stream` in mutations, whose payloads are read before the next mutation, and in subscriptions. */
const queriesOnly: ValidationRule = (context) => ({
  OperationDefinition(operation: OperationDefinitionNode) {
    if (operation.operation === "query") return;
    for (const part of [operation, ...context.getRecursivelyReferencedFragments(operation)]) {
      for (const node of incrementalDirectives(part)) {
        context.reportError(
          new GraphQLError(`expected @defer and @stream in queries only, received one in a ${operation.operation}`, {
            nodes: node,
          }),
        );
      }
    }
  },
});

function incrementalDirectives(within: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  visit(within, {
    Directive(node) {
      if (node.name.value === "defer" || node.name.value === "stream") found.push(node);
    },
  });
  return found;
}
