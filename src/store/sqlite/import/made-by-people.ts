/** Counts what people made through the API or by command, which an import must not lose silently. */
import { firstOwnId } from "../../../ids.js";
import type { MadeByPeople } from "../../imports.js";
import type { Database } from "../database.js";

const tables: Record<keyof MadeByPeople, string> = {
  users: "users WHERE source = 'api' OR edited",
  ratings: "ratings WHERE edited",
  dismissals: "dismissals",
  movies: `movies WHERE edited OR id >= ${firstOwnId}`,
  links: "movies WHERE link_source = 'manual'",
  posters: "posters WHERE source IN ('upload', 'folder')",
  tokens: "tokens WHERE user_id IS NOT NULL",
  deletions: "deletions",
};

export function countMadeByPeople({ sqlite }: Database): MadeByPeople {
  const counts = Object.entries(tables).map(([name, table]) => [
    name,
    sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
  ]);
  return Object.fromEntries(counts) as MadeByPeople;
}
