/** Decides which model serves: loaded once, replaced when this or another process activates another. */
import { LRUCache } from "lru-cache";
import { AppError, received } from "../errors.js";
import { loadModel } from "../ml/load-model.js";
import { type ModelFolders, modelFolder } from "../ml/model/model-store.js";
import type { Predictor } from "../ml/model/predictor.js";
import type { ServingState } from "../store/settings.js";

export interface Models {
  /**
   * The model of that name, by default the active one. A server loads each once and keeps the latest two.
   * @throws {AppError} MODEL_NOT_FOUND when there is none; MODEL_OTHER_DATASET when it was trained on other data than
   *   is loaded; MODEL_INVALID
   */
  get(name?: string, serving?: ServingState): Promise<Predictor>;
}

/** Models in memory: the active one, and another that it is compared with or that replaces it. */
const maxLoaded = 2;

/** Not at once: whoever waits for the model is answered first. */
const loadRestAfterMs = 500;

function loadRestSoon(model: Predictor): void {
  // Whatever fails here fails again where it is needed.
  setTimeout(() => model.loadRest?.().catch(() => {}), loadRestAfterMs).unref();
}

/**
 * @param readServing reads what serves, where the caller did not
 * @param isPreloaded whether models are read whole as soon as one is asked for, as a server does: their files may go while it serves
 */
export function createModels(
  folders: ModelFolders,
  readServing: () => Promise<ServingState>,
  isPreloaded = false,
): Models {
  // Promises, so that requests that come while a model loads wait for the same one. Those that hold an evicted model finish with it.
  const loading = new LRUCache<string, Promise<Predictor>>({ max: maxLoaded });

  async function get(name?: string, serving?: ServingState): Promise<Predictor> {
    const { dataset, activeModel } = serving ?? (await readServing());
    const chosen = name ?? activeModel;
    const loaded = dataset?.name;
    if (loaded === undefined && name === undefined) {
      throw new AppError(
        "MODEL_NOT_FOUND",
        "there is no data set yet, and so no model: run marquee import, or marquee setup",
      );
    }
    if (chosen === undefined) {
      throw new AppError(
        "MODEL_NOT_FOUND",
        `no model was chosen for the data set ${received(loaded ?? "none")}: run marquee train or marquee models import`,
      );
    }
    const predictor = await (loading.get(chosen) ?? load(chosen));
    if (predictor.manifest.dataset.name !== loaded) {
      throw new AppError(
        "MODEL_OTHER_DATASET",
        `expected a model of the data set ${received(loaded ?? "none")}, received ${received(chosen)} of ` +
          `${received(predictor.manifest.dataset.name)}: its users and movies are others`,
      );
    }
    return predictor;
  }

  function load(name: string): Promise<Predictor> {
    const started = Promise.resolve().then(() => loadModel(modelFolder(folders, name)));
    loading.set(name, started);
    if (isPreloaded) started.then(loadRestSoon, () => {});
    started.catch(() => {
      if (loading.peek(name) === started) loading.delete(name);
    });
    return started;
  }

  return { get };
}
