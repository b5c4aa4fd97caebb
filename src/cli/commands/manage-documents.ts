/** `marquee documents`: adds, lists and removes trusted documents, GraphQL operations that front ends send by hash. */
import type { Command } from "commander";
import { parse, validate } from "graphql";
import { printJson, printTable, say } from "../terminal/output.js";
import { withServices } from "../terminal/with-services.js";

export function addDocumentCommands(program: Command): void {
  const documents = program
    .command("documents")
    .summary("manage trusted documents")
    .description("manage trusted documents: operations that front ends send by the SHA-256 of their text");
  documents
    .command("add")
    .summary("trust every operation in a folder")
    .description(
      "trust every operation in a folder, all of them or none: each .graphql or .gql file is one document, fragments " +
        "included, and so is each entry of a .json file that maps hashes to documents, as GraphQL Code Generator and Relay write it",
    )
    .argument("<folder>", "folder of documents, read with its subfolders")
    .option("--json", "print the hashes and files as JSON")
    .action(async (folder: string, options: { json?: boolean }, command: Command) => {
      // Slow to load, so only when needed.
      const { toSchema, withIncremental } = await import("../../schema/index.js");
      const { trustDocuments } = await import("../../jobs/add-documents.js");
      await withServices(command, async (services, { defer }) => {
        const schema = defer ? withIncremental(toSchema()) : toSchema();
        const report = await trustDocuments(services, { folder, check: (text) => validate(schema, parse(text)) });
        if (options.json) return printJson(report);
        printTable(
          ["hash", "file"],
          report.documents.map(({ hash, source }) => [hash, source]),
        );
        say(`Trusted ${report.documents.length} documents, ${report.added} of them new.`);
      });
    });
  documents
    .command("list")
    .description("list the trusted documents")
    .option("--json", "print them as JSON, with their texts")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async ({ store }) => {
        const rows = await store.documents.all();
        if (options.json) return printJson(rows);
        printTable(
          ["hash", "file"],
          rows.map(({ hash, source }) => [hash, source]),
        );
      });
    });
  documents
    .command("remove")
    .description("stop trusting a document")
    .argument("<hash>", "its SHA-256, as marquee documents list shows it")
    .option("--json", "print the hash as JSON")
    .action(async (hash: string, options: { json?: boolean }, command: Command) => {
      const { removeDocument } = await import("../../jobs/add-documents.js");
      await withServices(command, async (services) => {
        await removeDocument(services, hash);
        if (options.json) printJson({ hash });
        else say(`Removed ${hash}.`);
      });
    });
}
