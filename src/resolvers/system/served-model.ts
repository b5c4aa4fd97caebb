/** The active model, as the field `model` shows it. */
import { AppError } from "../../errors.js";
import type { ManifestDraft } from "../../ml/model/manifest.js";
import type { Context } from "../request/context.js";

/** Null where no model was chosen yet. @throws {AppError} MODEL_OTHER_DATASET, MODEL_INVALID */
export async function servedModel({ services }: Context): Promise<ManifestDraft | null> {
  try {
    return (await services.models.get()).manifest;
  } catch (error) {
    if (error instanceof AppError && error.code === "MODEL_NOT_FOUND") return null;
    throw error;
  }
}

/** Which parts its ranker has. */
export function getRankerName(manifest: ManifestDraft): string | null {
  if (manifest.kind === "baseline" || manifest.ranker === undefined) return null;
  return manifest.ranker.ease === null ? "ials" : "ials+ease";
}
