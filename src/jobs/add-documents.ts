/** Adds trusted documents from a folder of operations or manifests. */
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { GraphQLError, getOperationAST, parse } from "graphql";
import { AppError, received } from "../errors.js";
import { readRegularFile } from "../files/read-file.js";
import type { Services } from "../services/services.js";
import { sha256Hex } from "../sha256.js";
import { unixNow } from "../unix-time.js";

/** The largest file that is read. */
const maxDocumentBytes = 50 * 2 ** 20;

export interface TrustDocumentsOptions {
  folder: string;
  /** The errors that the schema finds in a document. */
  check(text: string): readonly GraphQLError[];
}

export interface TrustDocumentsReport {
  /** Every document of the folder, by the hash that a client sends. */
  documents: { hash: string; source: string }[];
  /** How many are new. */
  added: number;
}

/**
 * Stores every operation of a folder: each `.graphql` or `.gql` file is one document, and each entry of a `.json` file
 * that maps hashes to texts, as codegen and Relay write it.
 * @throws {AppError} FILE_UNREADABLE; DATA_FORMAT naming the file, where something in it is no operation
 */
export async function trustDocuments(
  { store }: Services,
  { folder, check }: TrustDocumentsOptions,
): Promise<TrustDocumentsReport> {
  const found: { text: string; source: string }[] = [];
  for (const file of await findDocumentFiles(folder)) {
    const text = (await readRegularFile(join(folder, file), maxDocumentBytes, file)).toString("utf8");
    found.push(...(file.endsWith(".json") ? parseDocumentManifest(text, file) : [{ text, source: file }]));
  }
  if (found.length === 0) {
    throw new AppError("DATA_FORMAT", `expected .graphql, .gql or .json files in ${folder}, received none`);
  }
  for (const { text, source } of found) checkDocument(text, source, check);
  const addedAt = unixNow();
  const added = await store.documents.add(
    found.map(({ text, source }) => ({ hash: sha256Hex(text), text, source, addedAt })),
  );
  return { documents: found.map(({ text, source }) => ({ hash: sha256Hex(text), source })), added };
}

async function findDocumentFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: Error) => {
    throw new AppError("FILE_UNREADABLE", `expected a folder of documents at ${folder}: ${cause.message}`, { cause });
  });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:graphql|gql|json)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function parseDocumentManifest(text: string, file: string): { text: string; source: string }[] {
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
    if (typeof document === "string" && sha256Hex(document) === hash.replace(/^sha256:/, "")) {
      return { text: document, source: file };
    }
    throw new AppError(
      "DATA_FORMAT",
      `expected each document of ${file} under its SHA-256, received ${received(hash)} with ${received(String(document))}`,
    );
  });
}

function checkDocument(text: string, source: string, check: TrustDocumentsOptions["check"]): void {
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

/** @throws {AppError} DOCUMENT_NOT_FOUND */
export async function removeDocument({ store }: Services, hash: string): Promise<void> {
  if (await store.documents.delete(hash)) return;
  throw new AppError(
    "DOCUMENT_NOT_FOUND",
    `there is no trusted document ${received(hash)}: marquee documents list shows the hashes`,
  );
}
