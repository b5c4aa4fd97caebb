/** Trusted documents: GraphQL operations by the SHA-256 of their text, as persisted queries are sent. */

export interface Document {
  /** SHA-256 of the text, hex: the name that a client sends it by. */
  hash: string;
  text: string;
  /** The file that it came from. */
  source: string;
  /** Unix seconds. */
  addedAt: number;
}

export interface DocumentStore {
  textByHash(hash: string): Promise<string | undefined>;
  /** By source, then by hash. */
  all(): Promise<Document[]>;
  /** Adds documents; those that are there already stay as they are. @returns the number of new ones */
  add(documents: readonly Document[]): Promise<number>;
  /** @returns whether there was such a document */
  delete(hash: string): Promise<boolean>;
}
