/** Temporary names for atomic writes, and the removal of temporary files that killed processes left behind. */
import { randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Contains the process id, so that other processes can tell when the writer has ended. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomUUID()}.tmp`;
}

const leftOver = /\.(?:(\d+)-)?[0-9a-f]{8}-[0-9a-f-]{27}\.tmp$/;
/** Age at which a file is removed although its name has no process id, or one that is in use again. */
const oldMs = 24 * 3_600_000;

/**
 * Removes temporary files of ended processes from a folder, recursively.
 * @returns the number of removed files and folders
 */
export async function removeLeftOvers(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let removed = 0;
  for (const entry of entries) {
    const match = leftOver.exec(entry.name);
    if (match === null) continue;
    const path = join(entry.parentPath, entry.name);
    if (isAlive(Number(match[1])) && !(await isOld(path))) continue;
    await rm(path, { recursive: true, force: true });
    removed++;
  }
  return removed;
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > oldMs;
}
