/** A small factor model with its ranker, trained on the fixture's data. */
import { loadTrainingSet } from "../../src/jobs/load-training-set.js";
import { buildFactorModel } from "../../src/ml/factors/factor-model.js";
import { saveModel } from "../../src/ml/model/model-store.js";
import { rankerDefaults } from "../../src/ml/ranker/ranker-train.js";
import { trainFactors } from "../../src/ml/training/factor-train.js";
import { mfDefaults } from "../../src/ml/training/mf-train.js";
import type { Services } from "../../src/services/services.js";

/** Trains it in a moment, and has it serve. @param starWeight of predicted stars in the ranking */
export async function addFactorModel(
  services: Services,
  name: string,
  withRanker: boolean,
  starWeight = 0.05,
): Promise<void> {
  const { name: datasetName, data } = await loadTrainingSet(services.store);
  const every = Int32Array.from(data.ratings.stars, (_, row) => row);
  const ranker = withRanker
    ? {
        positiveFrom: 4,
        ials: { ...rankerDefaults.ials, factors: 4, iterations: 3 },
        easeRegularization: 5,
        weights: { ials: 0.5, ease: 0.5, stars: starWeight },
      }
    : null;
  const mf = { ...mfDefaults, factors: 4, regularization: 1 };
  const trained = await trainFactors(data, every, new Int32Array(0), { kind: "mf", mf }, ranker);
  const { manifest, files } = buildFactorModel({
    ...trained,
    name,
    kind: "mf",
    datasetName,
    data,
    storage: "F32",
    training: { seed: 0 },
  });
  await saveModel(services.folders.models.own, manifest, files);
  await services.store.settings.set("activeModel", name);
}
