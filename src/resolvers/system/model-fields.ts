/** Models, as the fields `model` and `models` show them. */
import { AppError } from "../../errors.js";
import type { LossCurve } from "../../ml/model/loss-curve.js";
import type { ManifestDraft } from "../../ml/model/manifest.js";
import type { Context } from "../request/context.js";

export type { LossCurve, LossPoint } from "../../ml/model/loss-curve.js";
export { lossUnits } from "../../ml/model/loss-curve.js";

/**
 * The active one unless named. Null where no model was chosen yet, or the loaded data set has none of the name.
 * @throws {AppError} MODEL_OTHER_DATASET, MODEL_INVALID
 */
export async function findModel({ services }: Context, name: string | null | undefined): Promise<ManifestDraft | null> {
  if (name != null) {
    const { dataset } = await services.serving();
    const model = await services.modelList.get(name);
    return model !== undefined && model.dataset.name === dataset?.name ? model : null;
  }
  try {
    return (await services.models.get()).manifest;
  } catch (error) {
    if (error instanceof AppError && error.code === "MODEL_NOT_FOUND") return null;
    throw error;
  }
}

/** Those of the loaded data set, whose errors can be compared: the active one, then the latest. */
export async function listComparableModels({ services }: Context): Promise<ManifestDraft[]> {
  const { dataset, activeModel } = await services.serving();
  if (dataset === undefined) return [];
  const models = await services.modelList.ofDataset(dataset.name);
  return [...models.filter(({ name }) => name === activeModel), ...models.filter(({ name }) => name !== activeModel)];
}

export async function isActive({ services }: Context, { name }: ManifestDraft): Promise<boolean> {
  return (await services.serving()).activeModel === name;
}

export async function readLosses({ services }: Context, { name }: ManifestDraft): Promise<LossCurve | null> {
  return (await services.modelList.losses(name)) ?? null;
}

/** Which parts its ranker has. */
export function getRankerName(manifest: ManifestDraft): string | null {
  if (manifest.kind === "baseline" || manifest.ranker === undefined) return null;
  return manifest.ranker.ease === null ? "ials" : "ials+ease";
}
