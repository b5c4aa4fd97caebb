/** Standard output is for results: tables for people, or one JSON document alone. Everything else goes to standard error. */
import { writeFile } from "node:fs/promises";
import { AppError } from "../../errors.js";
import { type Cell, drawTable, wrapText } from "./table.js";

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** @param numbers which columns hold numbers: they stand on the right, and are never broken */
export function printTable(head: string[], rows: Cell[][], numbers: number[] = []): void {
  process.stdout.write(`${drawTable(head, rows, numbers, process.stdout.columns)}\n`);
}

/** Sentences that may be longer than the terminal is wide; for what is to be copied, such as a command, see `print`. */
export function printText(text: string): void {
  print(wrapText(text, process.stdout.columns));
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
