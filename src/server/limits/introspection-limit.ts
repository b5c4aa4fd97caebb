/** Limits introspection per operation, since its response is large. */
import { type FieldNode, GraphQLError, type OperationDefinitionNode, type ValidationRule, visit } from "graphql";
import type { Plugin } from "graphql-yoga";

const max = { __schema: 1, __type: 10 };

export function useIntrospectionLimit(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(introspectionLimit);
    },
  };
}

/** Counts introspection fields of an operation and its fragments; graphql itself limits their nesting. */
const introspectionLimit: ValidationRule = (context) => ({
  OperationDefinition(operation: OperationDefinitionNode) {
    const counts = { __schema: 0, __type: 0 };
    for (const part of [operation, ...context.getRecursivelyReferencedFragments(operation)]) {
      visit(part, {
        Field({ name: { value: name } }: FieldNode) {
          if (name === "__schema" || name === "__type") counts[name]++;
        },
      });
    }
    for (const [name, limit] of Object.entries(max) as [keyof typeof max, number][]) {
      if (counts[name] <= limit) continue;
      context.reportError(
        new GraphQLError(
          `expected ${name} at most ${limit} ${limit === 1 ? "time" : "times"} in an operation, received ${counts[name]}`,
          {
            nodes: operation,
          },
        ),
      );
    }
  },
});
