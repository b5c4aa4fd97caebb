/** Switches to another encoder, embedding every poster first. */
import { setSetting } from "../../db/settings.js";
import { write } from "../../db/write.js";
import { AppError } from "../../errors.js";
import { embedPosters } from "../../jobs/embed-posters.js";
import type { EncoderManifest } from "../../posters/encoders/encoder-store.js";
import type { EncoderInUse } from "../../services/encoders-in-use.js";
import type { Services } from "../../services/services.js";
import { interruptSignal } from "../terminal/interrupt.js";
import { createProgress, type Progress } from "../terminal/progress.js";

/** Embeds all posters, then makes the encoder the one in use: queries never wait for posters to be embedded. */
export async function switchTo(services: Services, encoder: EncoderInUse): Promise<number> {
  const interrupt = interruptSignal("Interrupted: the encoder in use stays …");
  let progress: Progress | undefined;
  try {
    const report = await embedPosters(
      services,
      (done, total) => {
        progress ??= createProgress("embed", total, "posters");
        progress.update(done);
      },
      interrupt.signal,
      encoder,
    );
    if (interrupt.signal.aborted) {
      throw new AppError("INTERRUPTED", "interrupted: the encoder in use stays; what was embedded is kept");
    }
    await write(services.db, () => setSetting(services.db, "activeEncoder", encoder.manifest.name));
    return report.embedded;
  } finally {
    progress?.stop();
    interrupt.release();
  }
}

export function summary({ id, name, kind, dimension, preprocessing }: EncoderManifest) {
  return { id, name, kind, dimension, preprocessing };
}
