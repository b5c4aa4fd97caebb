/** Standard output is for results: tables for people, or one JSON document alone. Everything else goes to standard error. */
import { writeFile } from "node:fs/promises";
import Table from "cli-table3";
import { AppError } from "../errors.js";

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printTable(head: string[], rows: (string | number)[][], alignRight: number[] = []): void {
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (alignRight.includes(column) ? "right" : "left")),
  });
  table.push(...rows);
  process.stdout.write(`${table.toString()}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line for whoever watches, on standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @throws {AppError} FILE_UNREADABLE */
export async function writeOut(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError("FILE_UNREADABLE", `expected to write ${file}, but it cannot be written: ${cause.code}`, {
      cause,
    });
  });
}

export function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
