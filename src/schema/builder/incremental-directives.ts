/** Adds `@defer` and `@stream` to a schema that is validated without a server; a server gets them from its plugin. */
import { GraphQLDeferDirective, GraphQLStreamDirective } from "@graphql-tools/utils";
import { GraphQLSchema } from "graphql";

/** The same schema with the directives of incremental delivery. */
export function withIncremental(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  return new GraphQLSchema({
    ...config,
    directives: [...config.directives, GraphQLDeferDirective, GraphQLStreamDirective],
  });
}
