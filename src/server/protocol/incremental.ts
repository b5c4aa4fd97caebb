/** Answers that come in parts, for `@defer` and `@stream`: in queries alone, with every part's errors masked. */
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

/** What a part of an answer holds, beside its data. */
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
        // Yoga masks the errors of the first part, and of whole answers.
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

/** A mutation's payload is read before the next mutation, and an event of a subscription comes whole. */
const queriesOnly: ValidationRule = (context) => ({
  OperationDefinition(operation: OperationDefinitionNode) {
    if (operation.operation === "query") return;
    for (const part of [operation, ...context.getRecursivelyReferencedFragments(operation)]) {
      for (const node of incrementalDirectives(part)) {
        context.reportError(
          new GraphQLError(`expected @defer and @stream in queries alone, received one in a ${operation.operation}`, {
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
