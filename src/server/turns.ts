/** How many operations of one client are worked on at once, so that others have their turn in between. */
import pLimit, { type LimitFunction } from "p-limit";

/** Runs work when its turn has come. */
export type Turns = <T>(client: string, work: () => T | Promise<T>) => Promise<T>;

/** @param mostAtOnce of one client; further ones wait, the first come first */
export function createTurns(mostAtOnce: number): Turns {
  const clients = new Map<string, { limit: LimitFunction; waiting: number }>();
  return async (name, work) => {
    const client = clients.get(name) ?? { limit: pLimit(mostAtOnce), waiting: 0 };
    clients.set(name, client);
    client.waiting++;
    try {
      return await client.limit(async () => work());
    } finally {
      if (--client.waiting === 0) clients.delete(name);
    }
  };
}
