/** Rows that are kept in memory until their version changes, whichever process changes them. */

/** Rows of one kind that are kept at most: all are dropped then. */
const maxKept = 50_000;

/**
 * @param readVersion reads what changes with every change of the rows, in one cheap statement
 * @param read reads rows by distinct keys; those that it leaves out do not exist
 * @param cache whether rows are kept
 * @returns a function that gives the rows in the order of the keys
 */
export function createKeptRows<Key, Row>(
  readVersion: () => string,
  read: (keys: readonly Key[]) => Iterable<[Key, Row]>,
  cache = true,
): (keys: readonly Key[]) => (Row | undefined)[] {
  let version = "";
  let rows = new Map<Key, Row | undefined>();
  return (keys) => {
    const current = cache ? readVersion() : "";
    if (!cache || current !== version || rows.size > maxKept) rows = new Map();
    version = current;
    let missing: Key[] | undefined;
    for (const key of keys) {
      if (rows.has(key)) continue;
      missing ??= [];
      missing.push(key);
      rows.set(key, undefined);
    }
    if (missing !== undefined) for (const [key, row] of read(missing)) rows.set(key, row);
    return keys.map((key) => rows.get(key));
  };
}

/** Keeps the results of reads by their arguments until the version changes. As `createKeptRows`. */
export function createKeptReads(
  readVersion: () => string,
  cache = true,
): <Result>(name: string, read: () => Result) => Result {
  let version = "";
  let results = new Map<string, unknown>();
  return (name, read) => {
    if (!cache) return read();
    const current = readVersion();
    if (current !== version || results.size > maxReads) results = new Map();
    version = current;
    const known = results.get(name);
    if (known !== undefined) return known as ReturnType<typeof read>;
    const result = read();
    results.set(name, result);
    return result;
  };
}

const maxReads = 200;
