/** `{ __typename }` through all our plugins, and through a bare Yoga: requests per second, 16 connections. */
import { rmSync } from "node:fs";
import { load } from "../load.js";
import { alternate, toRateResult } from "../measure.js";
import { startBareYoga, startMarquee } from "../servers.js";
import { copyFolder } from "./serve.js";

export async function overhead({ folder, quick }) {
  const copy = copyFolder(folder);
  const servers = { ours: await startMarquee(copy), yardstick: await startBareYoga() };
  const expected = '{"data":{"__typename":"Query"}}';
  const turn = [{ body: { query: "{ __typename }" }, check: (text) => text === expected }];
  const side = (server) => async () => {
    const { perSecond } = await load({ address: server.address, seconds: quick ? 0.5 : 3, next: () => turn });
    return perSecond;
  };
  const sides = { ours: side(servers.ours), yardstick: side(servers.yardstick) };
  for (const round of Object.values(sides)) await round();
  const rounds = await alternate(quick ? 1 : 7, sides);
  for (const server of Object.values(servers)) await server.stop();
  rmSync(copy, { recursive: true });
  return toRateResult("overhead", "requests/s", 0.75, rounds);
}
