/** Decides which model serves: loaded once, replaced when this or another process activates another. */
import type { Database } from "../db/open.js";
import { currentDataset, getSetting } from "../db/settings.js";
import { AppError, received } from "../errors.js";
import { loadModel } from "../ml/load-model.js";
import { type ModelFolders, modelFolder } from "../ml/model/model-store.js";
import type { Predictor } from "../ml/model/predictor.js";

export interface Models {
  /**
   * The model of that name, or else the one that `marquee models use` chose.
   * @throws {AppError} MODEL_NOT_FOUND when there is none; MODEL_OTHER_DATASET when it was trained on other data than
   *   is loaded; MODEL_INVALID
   */
  get(name?: string): Promise<Predictor>;
}

/** A view that returns the same model for the same name each time, even if another one is activated meanwhile. */
export function pinned(models: Models): Models {
  const found = new Map<string | undefined, Promise<Predictor>>();
  return {
    get(name) {
      const model = found.get(name) ?? models.get(name);
      found.set(name, model);
      return model;
    },
  };
}

/** Models that stay in memory: the one that serves, and one that it is compared with or takes its place. */
const mostLoaded = 2;

export function createModels(db: Database, folders: ModelFolders): Models {
  // Promises, so that requests that come while a model loads wait for the same one.
  const loading = new Map<string, Promise<Predictor>>();

  async function get(name?: string): Promise<Predictor> {
    const chosen = name ?? getSetting(db, "activeModel");
    const loaded = currentDataset(db)?.name;
    if (loaded === undefined && name === undefined) {
      throw new AppError(
        "MODEL_NOT_FOUND",
        "expected a data set and a model of it, but none is loaded: run marquee import, or marquee setup",
      );
    }
    if (chosen === undefined) {
      throw new AppError(
        "MODEL_NOT_FOUND",
        `expected a model for the data set ${received(loaded ?? "none")}, but none was chosen: run marquee train or marquee models import`,
      );
    }
    let promise = loading.get(chosen);
    // The model asked for last stands last.
    loading.delete(chosen);
    if (promise === undefined) {
      const started = Promise.resolve().then(() => loadModel(modelFolder(folders, chosen)));
      promise = started;
      started.catch(() => {
        if (loading.get(chosen) === started) loading.delete(chosen);
      });
    }
    loading.set(chosen, promise);
    // A server whose models change must not keep them all; requests that hold one finish with it.
    for (const name of loading.keys()) {
      if (loading.size <= mostLoaded) break;
      loading.delete(name);
    }
    const predictor = await promise;
    if (predictor.manifest.dataset.name !== loaded) {
      throw new AppError(
        "MODEL_OTHER_DATASET",
        `expected a model of the data set ${received(loaded ?? "none")}, received ${received(chosen)} of ` +
          `${received(predictor.manifest.dataset.name)}: its users and movies are others`,
      );
    }
    return predictor;
  }

  return { get };
}
