/** Makes the previews of all posters ahead of the first query that needs them. */

import { createYield } from "../event-loop.js";
import { previewVersion } from "../posters/images/preview.js";
import type { Services } from "../services/services.js";
import { type Progress, silent } from "./progress.js";

const postersPerBatch = 16;

/**
 * Goes on where it was stopped; stops between two batches when the signal aborts, and keeps what is done.
 * @returns how many were made; posters that cannot be read have none
 */
export async function previewPosters(
  { store, posterPreviews }: Pick<Services, "store" | "posterPreviews">,
  { signal }: { signal?: AbortSignal } = {},
  progress: Progress = silent,
): Promise<number> {
  const missing = await store.previews.missing(previewVersion);
  const pause = createYield();
  let made = 0;
  for (let from = 0; from < missing.length && !signal?.aborted; from += postersPerBatch) {
    const previews = await posterPreviews(missing.slice(from, from + postersPerBatch));
    made += previews.filter((preview) => preview !== undefined).length;
    const done = Math.min(missing.length, from + postersPerBatch);
    progress.update({ stage: "preview", done, total: missing.length, unit: "posters" });
    await pause();
  }
  return made;
}
