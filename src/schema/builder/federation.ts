/** The schema as an Apollo Federation 2 subgraph, in which movies and users are entities. */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import { type GraphQLFieldResolver, type GraphQLSchema, graphql, Kind } from "graphql";
import { hasScope, refusal } from "../../access/scopes.js";
import { checkRepresentations, findMovieByKey, findUserByKey } from "../../resolvers/movies/entities.js";
import type { Context } from "../../resolvers/request/context.js";
import { builder, checkComplexity } from "./builder.js";
import { MovieRef, UserRef } from "./refs.js";
import { withSettledLists } from "./settled-lists.js";

builder.asEntity(MovieRef, {
  key: [builder.selection<{ movieId: number }>("movieId"), builder.selection<{ imdbId: string }>("imdbId")],
  resolveReference: (key, context) => findMovieByKey(context, key),
});

builder.asEntity(UserRef, {
  key: builder.selection<{ userId: number }>("userId"),
  resolveReference: (key, context) => findUserByKey(context, key),
});

/** The schema with `_service` and `_entities`, under the same limits as other fields. */
export function toSubgraphSchema(): GraphQLSchema {
  const schema = builder.toSubGraphSchema({});
  const fields = schema.getQueryType()?.getFields() ?? {};
  const entities = fields._entities;
  const resolve = entities.resolve as GraphQLFieldResolver<unknown, Context>;
  entities.extensions = {
    ...entities.extensions,
    complexity: ({ representations }: { representations: unknown[] }) => ({
      field: 1,
      multiplier: Math.max(1, representations.length),
    }),
  };
  // The builder does not wrap this field with its authorization and complexity plugins.
  entities.resolve = (root, args, context, info) => {
    const { viewer, policy } = context;
    if (!policy.publicRead && !hasScope(viewer, "user")) throw refusal(viewer, "a token that allows Query._entities");
    checkRepresentations(args.representations as readonly unknown[]);
    const definitions = [info.operation, ...Object.values(info.fragments)];
    checkComplexity(
      complexityFromQuery(
        { kind: Kind.DOCUMENT, definitions },
        { schema: info.schema, variables: info.variableValues, ctx: context },
      ),
    );
    return resolve(root, args, context, info);
  };
  return withSettledLists(schema);
}

/** The SDL that a supergraph is composed from. */
export async function subgraphText(): Promise<string> {
  const { data } = await graphql({ schema: builder.toSubGraphSchema({}), source: "{ _service { sdl } }" });
  return `${(data as { _service: { sdl: string } })._service.sdl}\n`;
}
