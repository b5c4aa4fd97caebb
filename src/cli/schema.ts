/** `marquee schema`: the GraphQL schema as text. */
import type { Command } from "commander";
import { writeOut } from "./output.js";

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .summary("print the GraphQL schema")
    .description("Print the GraphQL schema, or write it to a file.")
    .option("--out <file>", "write it there")
    .action(async (options: { out?: string }) => {
      const { lexicographicSortSchema, printSchema } = await import("graphql");
      const { toSchema } = await import("../schema/index.js");
      const text = `${printSchema(lexicographicSortSchema(toSchema()))}\n`;
      if (options.out === undefined) process.stdout.write(text);
      else await writeOut(options.out, text);
    });
}
