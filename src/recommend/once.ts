/** Something of which there is one, read once for each request. */
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
