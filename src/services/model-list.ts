/** All models in the folders, for whoever compares them: their manifests, and how their errors fell in training. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { AppError } from "../errors.js";
import { type LossCurve, lossesFile, parseLossesCsv } from "../ml/model/loss-curve.js";
import type { Manifest } from "../ml/model/manifest.js";
import { listModels, type ModelFolders, modelFolder, readManifest, readModelFile } from "../ml/model/model-store.js";

/** Models are named by their folders: one that was copied keeps the manifest of the other. */
export interface ModelList {
  /** Models of a data set that can be read, the latest made first. */
  ofDataset(dataset: string): Promise<Manifest[]>;
  /** Undefined where there is none of that name. @throws {AppError} MODEL_INVALID */
  get(name: string): Promise<Manifest | undefined>;
  /** Undefined where the model's training recorded none, or its folder is gone. @throws {AppError} MODEL_INVALID */
  losses(name: string): Promise<LossCurve | undefined>;
}

/** Manifests in memory: those of large data sets are long, since they name every movie. */
const maxRead = 100;

export function createModelList(folders: ModelFolders): ModelList {
  const read = new LRUCache<string, Manifest>({ max: maxRead });

  /** A model's files are never changed, but another may be made under the name of one that was removed. */
  async function readOnce(folder: string): Promise<Manifest> {
    const file = await stat(join(folder, "manifest.json")).catch(() => undefined);
    const key = `${folder} ${file?.ino} ${file?.mtimeMs}`;
    const manifest = read.get(key) ?? (await readManifest(folder));
    read.set(key, manifest);
    return manifest;
  }

  async function get(name: string): Promise<Manifest | undefined> {
    try {
      return { ...(await readOnce(modelFolder(folders, name))), name };
    } catch (error) {
      if (error instanceof AppError && error.code === "MODEL_NOT_FOUND") return undefined;
      throw error;
    }
  }

  return {
    ofDataset: async (dataset) => {
      const models = (await listModels(folders, readOnce)).flatMap(({ name, manifest }) =>
        manifest instanceof AppError || manifest.dataset.name !== dataset ? [] : [{ ...manifest, name }],
      );
      return models.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    },
    get,
    losses: async (name) => {
      const manifest = await get(name);
      if (manifest?.files[lossesFile] === undefined) return undefined;
      const text = await readModelFile(modelFolder(folders, name), manifest, lossesFile);
      return parseLossesCsv(text.toString("utf8"));
    },
  };
}
