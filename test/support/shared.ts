/** Real data, posters and models that lie beside the checkout; none of it may be redistributed with the project. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));

/** Where a file or folder of shared lies, whether it is there or not. @param path such as `data/ml-1m.zip` */
export function sharedFile(path: string): string {
  return `${shared}${path}`;
}

/** `describe` where all these files are there; else it skips, and says which are missing. */
export function describeWithShared(title: string, paths: readonly string[], body: () => void): void {
  const missing = paths.filter((path) => !existsSync(sharedFile(path)));
  if (missing.length > 0) console.log(`skipped: ${title}, since ${missing.join(", ")} is not in ../shared`);
  describe.skipIf(missing.length > 0)(title, body);
}
