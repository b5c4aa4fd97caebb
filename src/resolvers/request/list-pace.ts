/**
 * Long lists are given to the executor a few items at a time, so that others are answered in between: completing one level of a
 * thousand objects is one turn of the event loop otherwise. What the items ask of the loaders is still fetched in one batch,
 * which waits until the last item has asked.
 */

/** Of one request. */
export interface ListPace {
  /** The items, some at once and the others in turns of the event loop to come. A list that is one of them later is none of this. */
  spread<T>(items: readonly T[]): Promise<Awaited<T>>[];
  /** What a batch gave to one of many fields, to go on with in its turn. */
  inTurn<T>(value: Promise<T>): Promise<Awaited<T>>;
  /** Runs a batch that looks rows up, when no item is left that could ask for more of it. */
  afterItems(run: () => void): void;
  /**
   * What one of many fields computes, in turns where it takes long: rows that all of them ask for afterwards are looked up at once, when
   * the last has finished. It must not wait for a loader.
   */
  compute<T>(work: () => Promise<T>): Promise<T>;
  /** Looks rows up, which may take turns of its own. */
  lookUp<T>(work: () => T | Promise<T>): Promise<T>;
  /** Runs a batch that takes long, when a whole turn has passed without items and without rows looked up: every level has asked then. */
  afterLookups(run: () => void): void;
}

/** About a millisecond's worth of objects with a handful of fields each (`node bench/turns.js <data folder>`). */
const itemsPerTurn = 24;

export function createListPace(): ListPace {
  const items: (() => void)[] = [];
  const lookups: (() => void)[] = [];
  const works: (() => void)[] = [];
  let room = itemsPerTurn;
  let isScheduled = false;
  let isQuiet = true;
  let lookingUp = 0;
  let computing = 0;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      room = itemsPerTurn;
      if (items.length > 0) {
        for (const resume of items.splice(0, itemsPerTurn)) resume();
        room = 0;
        schedule();
      } else if (lookups.length > 0 && computing === 0) {
        for (const run of lookups.splice(0)) runLookup(run);
      } else if (works.length > 0 && lookingUp === 0 && computing === 0) {
        if (isQuiet) for (const run of works.splice(0)) run();
        else schedule();
        isQuiet = true;
      }
    });
  }

  function runLookup(run: () => void): void {
    isQuiet = false;
    if (works.length > 0) schedule();
    run();
  }

  function give<T>(item: T): Promise<Awaited<T>> {
    isQuiet = false;
    schedule();
    const settled = Promise.resolve(item);
    if (room > 0 && items.length === 0) {
      room--;
      return settled;
    }
    // It may fail before its turn has come.
    settled.catch(() => {});
    return new Promise((resolve) => {
      items.push(() => resolve(settled));
    });
  }

  return {
    spread: (list) => list.map(give),
    inTurn: (value) => value.then(give),
    afterItems(run) {
      if (items.length === 0 && computing === 0) return runLookup(run);
      lookups.push(run);
    },
    async compute(work) {
      computing++;
      try {
        return await work();
      } finally {
        computing--;
        isQuiet = false;
        schedule();
      }
    },
    async lookUp(work) {
      lookingUp++;
      try {
        return await work();
      } finally {
        lookingUp--;
        isQuiet = false;
        if (works.length > 0) schedule();
      }
    },
    afterLookups(run) {
      works.push(run);
      schedule();
    },
  };
}
