/** Adds trusted documents from a folder of operations or manifests. */
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { GraphQLError, getOperationAST, parse } from "graphql";
import { addDocuments, hashOf } from "../db/documents.js";
import { write } from "../db/write.js";
import { AppError, received } from "../errors.js";
import { readRegularFile } from "../files/read-file.js";
import type { Services } from "../services/services.js";
import { unixNow } from "../unix-time.js";

/** Of one file. */
const maxDocumentBytes = 50 * 2 ** 20;

export interface AddedDocuments {
  /** Every document of the folder, by the hash that a client sends. */
  documents: { hash: string; source: string }[];
  /** How many were not there before. */
  added: number;
}

/**
 * Keeps every operation of a folder: each `.graphql` or `.gql` file is one document, and each entry of a `.json` file
 * that maps hashes to texts, as codegen and Relay write it.
 * @param check throws for a document that the schema refuses
 * @throws {AppError} FILE_UNREADABLE; DATA_FORMAT naming the file, where something in it is no operation
 */
export async function addDocumentsOf(
  { db }: Services,
  folder: string,
  check: (text: string) => readonly GraphQLError[],
): Promise<AddedDocuments> {
  const found: { text: string; source: string }[] = [];
  for (const file of await documentFiles(folder)) {
    const text = (await readRegularFile(join(folder, file), maxDocumentBytes, file)).toString("utf8");
    found.push(...(file.endsWith(".json") ? manifestOf(text, file) : [{ text, source: file }]));
  }
  if (found.length === 0) {
    throw new AppError("DATA_FORMAT", `expected .graphql, .gql or .json files in ${folder}, received none`);
  }
  for (const { text, source } of found) checkDocument(text, source, check);
  const added = await write(db, () => addDocuments(db, found, unixNow()));
  return { documents: found.map(({ text, source }) => ({ hash: hashOf(text), source })), added };
}

async function documentFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: Error) => {
    throw new AppError("FILE_UNREADABLE", `expected a folder of documents at ${folder}: ${cause.message}`, { cause });
  });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:graphql|gql|json)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function manifestOf(text: string, file: string): { text: string; source: string }[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    throw new AppError("DATA_FORMAT", `expected JSON in ${file}, received ${received(text)}`);
  }
  if (typeof entries !== "object" || entries === null || Array.isArray(entries)) {
    throw new AppError(
      "DATA_FORMAT",
      `expected an object of hashes and documents in ${file}, received ${received(text)}`,
    );
  }
  return Object.entries(entries).map(([hash, document]) => {
    if (typeof document === "string" && hashOf(document) === hash.replace(/^sha256:/, "")) {
      return { text: document, source: file };
    }
    throw new AppError(
      "DATA_FORMAT",
      `expected each document of ${file} under its SHA-256, received ${received(hash)} with ${received(String(document))}`,
    );
  });
}

function checkDocument(text: string, source: string, check: (text: string) => readonly GraphQLError[]): void {
  try {
    if (getOperationAST(parse(text)) == null) {
      throw new AppError("DATA_FORMAT", `expected one operation in ${source}, received none or several`);
    }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new AppError("DATA_FORMAT", `expected a GraphQL document in ${source}: ${error.message}`, { cause: error });
  }
  const [problem] = check(text);
  if (problem !== undefined) {
    throw new AppError("DATA_FORMAT", `expected a document of this schema in ${source}: ${problem.message}`);
  }
}
