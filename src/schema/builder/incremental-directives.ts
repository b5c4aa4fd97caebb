/** `@defer` and `@stream`, for checks without a server: a server that offers them has them of its plugin. */
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
