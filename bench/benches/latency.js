/**
 * Latency of README's query at half the maximum load, for users who come back: the 99th percentile beside the median, and the longest block
 * of the server's event loop meanwhile.
 */
import { rmSync } from "node:fs";
import { mulberry32 } from "../../dist/random.js";
import { connections, load } from "../load.js";
import { median } from "../measure.js";
import { paced } from "../paced.js";
import { startMarquee } from "../servers.js";
import { copyFolder, createZipf, readmeQuery, readUsers } from "./serve.js";

const maxRatio = 5;
const maxBlockMs = 10;

export async function latency({ folder, quick }) {
  const copy = copyFolder(folder);
  const server = await startMarquee(copy);
  const { users } = readUsers(folder);
  const draw = createZipf(quick ? users.slice(0, 300) : users, mulberry32(4));
  const check = (text) => text.startsWith('{"data":{"user":{');
  const one = () => ({ body: { query: readmeQuery, variables: { id: draw() } }, check });
  const next = () => [one()];
  const random = mulberry32(5);
  // Warms up, then measures what the server can do.
  await load({ address: server.address, seconds: quick ? 1 : 10, next });
  const { perSecond } = await load({ address: server.address, seconds: quick ? 1 : 4, next });
  const rounds = { ours: [], yardstick: [], blockMs: [] };
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    await server.measure();
    const half = { perSecond: perSecond / 2, seconds: quick ? 1 : 4 };
    const { p50, p99 } = await paced({ address: server.address, next: one, random, connections, ...half });
    rounds.ours.push(p99);
    rounds.yardstick.push(p50);
    rounds.blockMs.push((await server.measure()).blockMs);
  }
  await server.stop();
  rmSync(copy, { recursive: true });
  const [ours, yardstick, blockMs] = [rounds.ours, rounds.yardstick, rounds.blockMs].map(median);
  const ratio = ours / yardstick;
  return {
    name: "latency",
    unit: `ms (p99, p50), longest block ${blockMs.toFixed(1)} ms at ${Math.round(perSecond / 2)} requests/s`,
    ratio,
    ours,
    yardstick,
    rounds,
    target: `<= ${maxRatio}, blocks <= ${maxBlockMs} ms`,
    met: ratio <= maxRatio && blockMs <= maxBlockMs,
  };
}
