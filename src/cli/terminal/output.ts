/** Prints results to standard output, as text and tables or as a single JSON document, and everything else to standard error. */
import { writeFile } from "node:fs/promises";
import { AppError } from "../../errors.js";
import { type Cell, drawTable, wrapText } from "./table.js";

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** @param numbers which columns hold numbers: they are right-aligned, and never wrapped */
export function printTable(head: string[], rows: Cell[][], numbers: number[] = []): void {
  process.stdout.write(`${drawTable(head, rows, numbers, process.stdout.columns)}\n`);
}

/** Prints sentences, wrapped to the terminal's width. Text to copy, such as a command, goes through `print`. */
export function printText(text: string): void {
  print(wrapText(text, process.stdout.columns));
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line to standard error. */
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
