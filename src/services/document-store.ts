/** Reads, lists and removes trusted documents. */
import { type Document, deleteDocument, documentByHash, listDocuments } from "../db/documents.js";
import { write } from "../db/write.js";
import { AppError, received } from "../errors.js";
import type { Services } from "./services.js";

export type { Document } from "../db/documents.js";

export function documentText({ db }: Services, hash: string): string | undefined {
  return documentByHash(db, hash);
}

export function allDocuments({ db }: Services): Document[] {
  return listDocuments(db);
}

/** @throws {AppError} DOCUMENT_NOT_FOUND */
export async function removeDocument({ db }: Services, hash: string): Promise<void> {
  if (await write(db, () => deleteDocument(db, hash))) return;
  throw new AppError("DOCUMENT_NOT_FOUND", `expected the hash of a trusted document, received ${received(hash)}`);
}
