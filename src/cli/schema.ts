/** `marquee schema`: the GraphQL schema as text. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { lexicographicSortSchema, printSchema } from "graphql";
import { toSchema } from "../schema/index.js";

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .summary("print the GraphQL schema")
    .description("Print the GraphQL schema, or write it to a file.")
    .option("--out <file>", "write it there")
    .action(async (options: { out?: string }) => {
      const text = `${printSchema(lexicographicSortSchema(toSchema()))}\n`;
      if (options.out === undefined) process.stdout.write(text);
      else await writeFile(options.out, text);
    });
}
