/** `marquee schema`: the GraphQL schema as text. */
import type { Command } from "commander";
import type { GraphQLAbstractType, GraphQLSchema } from "graphql";
import { writeOut } from "./output.js";

/** What a cache must be told to know that a `RateMovieResult` may be an `Error`. */
function possibleTypesOf(schema: GraphQLSchema): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    // Of graphql itself loaded late, and so told by what they have.
    if (type.name.startsWith("__") || !("resolveType" in type)) continue;
    found[type.name] = schema.getPossibleTypes(type as GraphQLAbstractType).map(({ name }) => name);
  }
  return found;
}

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .summary("print the GraphQL schema")
    .description("Print the GraphQL schema, or write it to a file.")
    .option("--out <file>", "write it there")
    .option("--possible-types", "the members of each interface and union, as JSON for Apollo Client's InMemoryCache")
    .option("--subgraph", "as a subgraph of Apollo Federation 2, with its directives, to be composed with others")
    .action(async (options: { out?: string; subgraph?: boolean; possibleTypes?: boolean }) => {
      const { lexicographicSortSchema, printSchema } = await import("graphql");
      const { subgraphText, toSchema } = await import("../schema/index.js");
      const schema = lexicographicSortSchema(toSchema());
      const text = options.subgraph
        ? await subgraphText()
        : options.possibleTypes
          ? `${JSON.stringify(possibleTypesOf(schema), undefined, 2)}\n`
          : `${printSchema(schema)}\n`;
      if (options.out === undefined) process.stdout.write(text);
      else await writeOut(options.out, text);
    });
}
