/** `marquee schema`: prints the GraphQL schema. */
import type { Command } from "commander";
import { type GraphQLSchema, isAbstractType, lexicographicSortSchema, printSchema } from "graphql";
import { writeOut } from "../terminal/output.js";

/** The members of each interface and union, so that a client's cache knows that a `RateMovieResult` may be an `Error`. */
function getPossibleTypes(schema: GraphQLSchema): Record<string, string[]> {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]));
}

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .summary("print the GraphQL schema")
    .description("print the GraphQL schema, or write it to a file")
    .option("--out <file>", "write it to this file")
    .option(
      "--possible-types",
      "print the members of each interface and union instead, as JSON for Apollo Client's InMemoryCache",
    )
    .option("--subgraph", "print it as an Apollo Federation 2 subgraph, with its directives")
    .action(async (options: { out?: string; subgraph?: boolean; possibleTypes?: boolean }) => {
      const { subgraphText, toSchema } = await import("../../schema/index.js");
      const schema = lexicographicSortSchema(toSchema());
      const text = options.subgraph
        ? await subgraphText()
        : options.possibleTypes
          ? `${JSON.stringify(getPossibleTypes(schema), undefined, 2)}\n`
          : `${printSchema(schema)}\n`;
      if (options.out === undefined) process.stdout.write(text);
      else await writeOut(options.out, text);
    });
}
