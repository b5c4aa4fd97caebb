/** `marquee schema`: the GraphQL schema as text. */
import type { Command } from "commander";
import { writeOut } from "./output.js";

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .summary("print the GraphQL schema")
    .description("Print the GraphQL schema, or write it to a file.")
    .option("--out <file>", "write it there")
    .option("--subgraph", "as a subgraph of Apollo Federation 2, with its directives, to be composed with others")
    .action(async (options: { out?: string; subgraph?: boolean }) => {
      const { lexicographicSortSchema, printSchema } = await import("graphql");
      const { subgraphText, toSchema } = await import("../schema/index.js");
      const text = options.subgraph ? await subgraphText() : `${printSchema(lexicographicSortSchema(toSchema()))}\n`;
      if (options.out === undefined) process.stdout.write(text);
      else await writeOut(options.out, text);
    });
}
