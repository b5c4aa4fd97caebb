/** Factor models (`bayes` and `mf`) as folders: their manifest and the files beside it. */

import { fingerprint } from "../baseline/baseline-data.js";
import type { LabelLists } from "../data/labels.js";
import type { TimeBins } from "../data/rating-times.js";
import type { TrainingSet } from "../data/training-set.js";
import { type FactorManifest, modelFormat, modelFormatVersion } from "../model/manifest.js";
import { type Tensor, writeSafetensors } from "../model/safetensors.js";
import { type Ranker, rankerFiles } from "../ranker/ranker.js";
import { type FactorSample, priorRow, sampleArrays } from "./factor-sample.js";
import type { PosterBasis } from "./poster-prior.js";

export interface FactorModelInput {
  name: string;
  kind: FactorManifest["kind"];
  datasetName: string;
  data: TrainingSet;
  lists: LabelLists;
  samples: readonly FactorSample[];
  /** Ratings of each item in training, and its mean stars, shrunk. */
  itemCounts: Float32Array;
  itemMeans: Float32Array;
  scale: FactorManifest["scale"];
  /** Of models that know times. */
  times?: TimeBins;
  /** Of models that learned from posters. */
  posters?: PosterBasis;
  /** Of the samples' tensors. */
  storage: "F16" | "F32";
  ranker?: Ranker;
  training: NonNullable<FactorManifest["training"]>;
}

/** The manifest, and the files by name, for `saveModel` to write. */
export function buildFactorModel(input: FactorModelInput) {
  const { samples, data, lists, itemCounts, itemMeans, posters, ranker } = input;
  const files = new Map<string, Uint8Array>();
  const one = (array: Float32Array): Tensor => ({ shape: [array.length], data: array });
  files.set(
    "items.safetensors",
    writeSafetensors(
      new Map([
        ["counts", one(itemCounts)],
        ["means", one(itemMeans)],
      ]),
    ),
  );
  samples.forEach((sample, s) => {
    const tensors = new Map<string, Tensor>(sampleArrays.map((name) => [name, one(sample[name])]));
    if (sample.drift !== undefined) tensors.set(driftTensor, one(sample.drift.items));
    if (sample.posterWeights !== undefined) tensors.set(posterTensor, one(sample.posterWeights));
    files.set(sampleFile(s), writeSafetensors(tensors, input.storage));
  });
  const priors = Float32Array.from(samples.flatMap((sample) => [...priorRow(sample)]));
  files.set("priors.safetensors", writeSafetensors(new Map([["priors", one(priors)]])));
  if (posters) files.set(posterFile, writeSafetensors(new Map([["mean", one(posters.mean)]])));
  if (ranker) for (const [name, bytes] of rankerFiles(ranker)) files.set(name, bytes);
  const manifest: Omit<FactorManifest, "files"> = {
    format: modelFormat,
    formatVersion: modelFormatVersion,
    name: input.name,
    kind: input.kind,
    origin: "trained",
    createdAt: new Date().toISOString(),
    dataset: { name: input.datasetName, ratings: data.ratings.stars.length, fingerprint: fingerprint(data.ratings) },
    idMaps: { movieIds: data.movies.map(({ id }) => id), ...lists },
    factors: samples[0].factors,
    samples: samples.length,
    scale: input.scale,
    times: input.times && {
      ...input.times,
      dayPrecisions: samples.map(({ drift }) => drift?.dayPrecision ?? Number.NaN),
    },
    posters: posters && { ...posters.encoder, dimension: posters.mean.length },
    ranker: ranker?.manifest,
    training: input.training,
  };
  return { manifest, files };
}

/** Name of the items' drift in a sample's file. */
export const driftTensor = "itemDrift";
/** Name of what each component of a poster's embedding adds, in a sample's file; and the file of their mean. */
export const posterTensor = "posterWeights";
export const posterFile = "posters.safetensors";

export function sampleFile(s: number): string {
  return `sample-${String(s).padStart(3, "0")}.safetensors`;
}
