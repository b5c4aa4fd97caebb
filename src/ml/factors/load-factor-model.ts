/** Reads a factor model from its files. */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors.js";
import { type FactorManifest, rebuildHint } from "../model/manifest.js";
import { readModelFile } from "../model/model-store.js";
import type { Predictor } from "../model/predictor.js";
import { readSafetensors, type Tensor } from "../model/safetensors.js";
import { easeFile, easeRowsPerFile, type Ranker } from "../ranker/ranker.js";
import { driftTensor, posterFile, posterTensor, sampleFile } from "./factor-model.js";
import { createServingPredictor } from "./factor-predictor.js";
import { type FactorSample, readPriorRow, sampleArrays } from "./factor-sample.js";
import { FoldIn } from "./fold-in.js";

/**
 * Loads a factor model file by file, so that a server that switches models keeps answering.
 * @throws {AppError} MODEL_INVALID
 */
export function loadFactorPredictor(folder: string, manifest: FactorManifest): Promise<Predictor> {
  return readFactorPredictor(manifest, folder, (name) => readModelFile(folder, manifest, name));
}

/**
 * A factor model from the bytes of its files, saved or not, so that a model can be measured before it is saved.
 * @param folder its folder, for messages
 * @throws {AppError} MODEL_INVALID
 */
export async function readFactorPredictor(
  manifest: Omit<FactorManifest, "files">,
  folder: string,
  readBytes: (name: string) => Promise<Uint8Array>,
): Promise<Predictor> {
  const items = manifest.idMaps.movieIds.length;
  const read = async (name: string) => readSafetensors(await readBytes(name), name);
  const counts = await read("items.safetensors");
  const itemCounts = tensor(counts, "counts", items, folder);
  const itemMeans = tensor(counts, "means", items, folder);
  const priorLength = manifest.samples * (2 + 2 * (manifest.factors + 1));
  const priors = tensor(await read("priors.safetensors"), "priors", priorLength, folder);
  const { times } = manifest;
  const bins = times && times.edges.length + 1;
  const foldIn = new FoldIn(items, manifest.factors, manifest.samples, { ...manifest.scale, itemCounts, bins });
  for (let s = 0; s < manifest.samples; s++) {
    const tensors = await read(sampleFile(s));
    const sample = toSample(tensors, readPriorRow(priors, s, manifest.factors), manifest, folder);
    if (times !== undefined && bins !== undefined) {
      const drift = tensor(tensors, driftTensor, items * bins, folder);
      sample.drift = { items: drift, dayPrecision: times.dayPrecisions[s] };
    }
    if (manifest.posters !== undefined) {
      const length = manifest.posters.dimension * (manifest.factors + 1);
      sample.posterWeights = tensor(tensors, posterTensor, length, folder);
    }
    await setImmediate();
    foldIn.add(sample);
    await setImmediate();
  }
  const ranker = manifest.ranker === undefined ? undefined : await loadRanker(read, manifest, manifest.ranker, folder);
  const posters = manifest.posters && {
    encoder: manifest.posters,
    mean: tensor(await read(posterFile), "mean", manifest.posters.dimension, folder),
  };
  const readEase =
    manifest.ranker == null || manifest.ranker.ease === null ? undefined : () => loadEase(read, items, folder);
  return createServingPredictor(manifest, foldIn, { itemCounts, itemMeans, posters, ranker }, readEase);
}

function toSample(
  tensors: Map<string, Tensor>,
  priors: ReturnType<typeof readPriorRow>,
  { factors, idMaps }: Omit<FactorManifest, "files">,
  folder: string,
): FactorSample {
  const width = factors + 1;
  const items = idMaps.movieIds.length;
  const lengths: Record<(typeof sampleArrays)[number], number | undefined> = {
    items: items * width,
    itemPrecisions: items,
    implicit: tensors.get("implicit")?.data.length === 0 ? 0 : items * width,
    userMean: width,
    userLabels: (idMaps.genders.length + idMaps.ageGroups.length + idMaps.occupations.length) * width,
    itemMean: width,
    itemLabels: (idMaps.genres.length + idMaps.years.bins) * width,
  };
  const arrays = {} as Record<(typeof sampleArrays)[number], Float32Array>;
  for (const name of sampleArrays) arrays[name] = tensor(tensors, name, lengths[name] ?? 0, folder);
  return { factors, ...priors, ...arrays };
}

/** The ranker without its item-to-item matrix. */
async function loadRanker(
  read: ReadTensors,
  { idMaps }: Omit<FactorManifest, "files">,
  manifest: NonNullable<FactorManifest["ranker"]>,
  folder: string,
): Promise<Ranker> {
  const items = idMaps.movieIds.length;
  const tensors = await read("ranker.safetensors");
  return {
    manifest,
    itemFactors: tensor(tensors, "factors", items * manifest.ials.factors, folder),
    likes: tensor(tensors, "likes", items, folder),
  };
}

type ReadTensors = (name: string) => Promise<Map<string, Tensor>>;

async function loadEase(read: ReadTensors, items: number, folder: string): Promise<Float32Array> {
  const ease = new Float32Array(items * items);
  for (let row = 0, part = 0; row < items; row += easeRowsPerFile, part++) {
    const rows = Math.min(easeRowsPerFile, items - row);
    ease.set(tensor(await read(easeFile(part)), "ease", rows * items, folder), row * items);
    await setImmediate();
  }
  return ease;
}

function tensor(tensors: Map<string, Tensor>, name: string, length: number, folder: string): Float32Array {
  const found = tensors.get(name)?.data;
  if (found === undefined || found.length !== length) {
    throw new AppError(
      "MODEL_INVALID",
      `expected a tensor ${name} of ${length} numbers in ${folder}, received ${found?.length ?? "none"}: ${rebuildHint("trained")}`,
    );
  }
  return found;
}
