/** `@defer` and `@stream`, for servers that offer them. */
import { GraphQLDeferDirective, GraphQLStreamDirective } from "@graphql-tools/utils";
import { GraphQLSchema } from "graphql";

/** The same schema, in which queries may say what can come later. */
export function withIncremental(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  return new GraphQLSchema({
    ...config,
    directives: [...config.directives, GraphQLDeferDirective, GraphQLStreamDirective],
  });
}
