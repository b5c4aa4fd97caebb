/** Counts what each client holds open, in all workers of one server together. */
import type { WorkerChannel } from "./channel.js";

export interface ClientCounts {
  get(client: string): number;
  add(client: string): void;
  remove(client: string): void;
}

/**
 * @param channel to the other workers, of which what they last said counts: two that add the last one at the same moment both may
 */
export function createClientCounts(channel?: WorkerChannel): ClientCounts {
  const own = new Map<string, number>();
  const ofOthers = new Map<number, Map<string, number>>();
  const tell = () => channel?.send({ kind: "counts", counts: [...own] });
  channel?.listen((passed) => {
    if ("gone" in passed) ofOthers.delete(passed.gone);
    else if ("come" in passed) tell();
    else if (passed.message.kind === "counts") ofOthers.set(passed.from, new Map(passed.message.counts));
  });
  const change = (client: string, by: 1 | -1) => {
    const count = (own.get(client) ?? 0) + by;
    if (count > 0) own.set(client, count);
    else own.delete(client);
    tell();
  };
  return {
    get(client) {
      let count = own.get(client) ?? 0;
      for (const counts of ofOthers.values()) count += counts.get(client) ?? 0;
      return count;
    },
    add: (client) => change(client, 1),
    remove: (client) => change(client, -1),
  };
}
