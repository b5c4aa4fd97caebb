/** Atomic writes: files and folders are written under a temporary name and renamed; leftovers of killed processes are removed. */
import { randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Names the process that writes it, so that others know when nobody does any longer. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomUUID()}.tmp`;
}

const leftOver = /\.(?:(\d+)-)?[0-9a-f]{8}-[0-9a-f-]{27}\.tmp$/;
/** Of one without a process's number, as there were before, or whose number another process may have by now. */
const oldMs = 24 * 3_600_000;

/**
 * Removes what processes that have ended left in a folder, however deep.
 * @returns how many
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
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > oldMs;
}
