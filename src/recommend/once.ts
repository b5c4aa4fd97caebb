/** What is read once for each request. */

/** Something of which there is one. */
export interface Once<Value> {
  /** Every call gives what the first one read. */
  load(): Promise<Value>;
  /** Forgets it: the next call reads it again. */
  clearAll(): void;
}

export function createOnce<Value>(read: () => Promise<Value>): Once<Value> {
  let reading: Promise<Value> | undefined;
  return {
    load() {
      reading ??= read();
      return reading;
    },
    clearAll() {
      reading = undefined;
    },
  };
}

/** Things by their keys, many at a time and each of them once. */
export interface OnceEach<Key, Value> {
  /** In the order of the keys. */
  load(keys: readonly Key[]): Promise<Value[]>;
  /** Forgets them. */
  clearAll(): void;
}

export function createOnceEach<Key, Value>(read: (keys: readonly Key[]) => Promise<Value[]>): OnceEach<Key, Value> {
  const known = new Map<Key, Value>();
  return {
    async load(keys) {
      const missing = keys.filter((key) => !known.has(key));
      if (missing.length > 0) {
        const values = await read(missing);
        for (let i = 0; i < missing.length; i++) known.set(missing[i], values[i]);
      }
      return keys.map((key) => known.get(key) as Value);
    },
    clearAll: () => known.clear(),
  };
}
