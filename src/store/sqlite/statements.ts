/** SQL whose text depends on what is asked: its conditions, its parameters, and the statements prepared from it. */
import type { Statement } from "better-sqlite3";
import { LRUCache } from "lru-cache";
import type { UserId } from "../../ids.js";
import type { KeyPage, Range } from "../paging.js";
import type { Database } from "./database.js";

/** Gathers the values of a statement under names of their own. */
export interface Parameters {
  readonly values: Record<string, number | string>;
  /** @returns the text that stands for the value */
  bind(value: number | string): string;
}

export function createParameters(): Parameters {
  const values: Record<string, number | string> = {};
  let count = 0;
  return {
    values,
    bind(value) {
      const name = `p${count++}`;
      values[name] = value;
      return `$${name}`;
    },
  };
}

const maxKept = 200;

/** @returns a function that prepares a statement, or gives the one prepared from the same text before */
export function createStatements({ sqlite }: Database): (text: string) => Statement {
  const kept = new LRUCache<string, Statement>({ max: maxKept });
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const statement = sqlite.prepare(text);
    kept.set(text, statement);
    return statement;
  };
}

/** A WHERE clause of all conditions; empty without any. */
export function toWhere(conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? "" : `WHERE ${given.join(" AND ")}`;
}

/** The conditions and the order of a page. @param value the expression that the list is ordered by */
export function toKeyset(
  value: string,
  id: string,
  descending: boolean,
  { after, before, inverted }: KeyPage,
  { bind }: Parameters,
): { conditions: (string | undefined)[]; orderBy: string } {
  const [beyond, until] = descending ? ["<", ">"] : [">", "<"];
  const direction = descending === (inverted ?? false) ? "ASC" : "DESC";
  return {
    conditions: [
      after && `(${value}, ${id}) ${beyond} (${bind(after.value)}, ${bind(after.id)})`,
      before && `(${value}, ${id}) ${until} (${bind(before.value)}, ${bind(before.id)})`,
    ],
    orderBy: `ORDER BY ${value} ${direction}, ${id} ${direction}`,
  };
}

/** Whether a value lies in a range; null lies in none. */
export function toRangeConditions(
  value: string,
  range: Range | undefined,
  { bind }: Parameters,
): (string | undefined)[] {
  if (range === undefined) return [];
  return [
    range.from === undefined ? undefined : `${value} >= ${bind(range.from)}`,
    range.to === undefined ? undefined : `${value} <= ${bind(range.to)}`,
  ];
}

/** Rows by user, in the order of the ids. */
export function groupByUser<Row>(
  ids: readonly UserId[],
  rows: readonly Row[],
  getUserId: (row: Row) => UserId,
): Row[][] {
  const groups = new Map<UserId, Row[]>(ids.map((id) => [id, []]));
  for (const row of rows) groups.get(getUserId(row))?.push(row);
  return ids.map((id) => groups.get(id) ?? []);
}
