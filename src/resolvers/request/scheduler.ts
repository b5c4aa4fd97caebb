/**
 * Schedules the execution of one request: long lists reach the executor a few items per tick of the event loop, so that other
 * requests are answered in between, and batches of loaders wait until every item has asked for its rows. Completing a level of a
 * thousand objects would otherwise be one tick.
 */

export interface Scheduler {
  /** The items of a list, the first of them at once and the others in later ticks. */
  releaseItems<T>(items: readonly T[]): Promise<Awaited<T>>[];
  /** One of many values that a batch resolves at once: it is released like an item. */
  release<T>(value: Promise<T>): Promise<Awaited<T>>;
  /** Runs a batch of lookups once no item is left that could still add to it. */
  scheduleLookup(run: () => void): void;
  /** Runs an expensive batch once a whole tick has passed without items or lookups: every level of the query has asked by then. */
  scheduleWork(run: () => void): void;
  /** Work of a lookup, which may yield: expensive batches wait for it. */
  trackLookup<T>(work: () => T | Promise<T>): Promise<T>;
  /**
   * What one of many fields computes, which may yield: lookups wait until all of them are done, so that the rows they then need are
   * read at once. It must not wait for a loader.
   */
  trackComputation<T>(work: () => Promise<T>): Promise<T>;
}

/** Small enough that a tick rarely exceeds ten milliseconds (`node bench/turns.js <data folder>`). */
const itemsPerTick = 24;

export function createScheduler(): Scheduler {
  const items: (() => void)[] = [];
  const lookups: (() => void)[] = [];
  const works: (() => void)[] = [];
  let room = itemsPerTick;
  let isScheduled = false;
  let isQuiet = true;
  let activeLookups = 0;
  let activeComputations = 0;

  function scheduleTick(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(tick);
  }

  function tick(): void {
    isScheduled = false;
    room = itemsPerTick;
    if (items.length > 0) {
      for (const resume of items.splice(0, itemsPerTick)) resume();
      room = 0;
      scheduleTick();
    } else if (lookups.length > 0 && activeComputations === 0) {
      for (const run of lookups.splice(0)) runLookup(run);
    } else if (works.length > 0 && activeLookups + activeComputations === 0) {
      if (isQuiet) for (const run of works.splice(0)) run();
      else scheduleTick();
      isQuiet = true;
    }
  }

  function runLookup(run: () => void): void {
    isQuiet = false;
    if (works.length > 0) scheduleTick();
    run();
  }

  function releaseItem<T>(item: T): Promise<Awaited<T>> {
    isQuiet = false;
    scheduleTick();
    const settled = Promise.resolve(item);
    if (room > 0 && items.length === 0) {
      room--;
      return settled;
    }
    // It may fail before it is released.
    settled.catch(() => {});
    return new Promise((resolve) => {
      items.push(() => resolve(settled));
    });
  }

  return {
    releaseItems: (list) => list.map(releaseItem),
    release: (value) => value.then(releaseItem),
    scheduleLookup(run) {
      if (items.length === 0 && activeComputations === 0) return runLookup(run);
      lookups.push(run);
    },
    scheduleWork(run) {
      works.push(run);
      scheduleTick();
    },
    async trackLookup(work) {
      activeLookups++;
      try {
        return await work();
      } finally {
        activeLookups--;
        isQuiet = false;
        scheduleTick();
      }
    },
    async trackComputation(work) {
      activeComputations++;
      try {
        return await work();
      } finally {
        activeComputations--;
        isQuiet = false;
        scheduleTick();
      }
    },
  };
}
