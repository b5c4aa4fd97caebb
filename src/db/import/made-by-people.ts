/** Counts what people made through the API or by command, which an import must not lose silently. */
import { firstOwnId } from "../../ids.js";
import type { Database } from "../open.js";

export interface MadeByPeople {
  /** Added, or described anew. */
  users: number;
  ratings: number;
  /** Added, or described anew. */
  movies: number;
  links: number;
  /** Uploaded, or added from a folder. */
  posters: number;
  /** Of one user. */
  tokens: number;
  /** Users and ratings taken away. */
  deletions: number;
}

const counts: Record<keyof MadeByPeople, string> = {
  users: `users WHERE source = 'api' OR edited`,
  ratings: "ratings WHERE edited",
  movies: `movies WHERE edited OR id >= ${firstOwnId}`,
  links: "movies WHERE link_source = 'manual'",
  posters: "posters WHERE source IN ('upload', 'folder')",
  tokens: "tokens WHERE user_id IS NOT NULL",
  deletions: "deletions",
};

export function countMadeByPeople(db: Database): MadeByPeople {
  const entries = Object.entries(counts).map(([name, of]) => [
    name,
    db.sqlite.prepare(`SELECT count(*) FROM ${of}`).pluck().get() as number,
  ]);
  return Object.fromEntries(entries) as MadeByPeople;
}

/** Counts by plural noun as text, such as `2 users, 14 ratings`; empty where all are 0. */
export function inWords(counts: object): string {
  return Object.entries(counts as Record<string, number>)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${count === 1 ? name.slice(0, -1) : name}`)
    .join(", ");
}
