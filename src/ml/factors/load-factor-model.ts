/** Reads a factor model from its files. */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors.js";
import type { TableValues } from "../linalg/row-table.js";
import { type FactorManifest, rebuildHint } from "../model/manifest.js";
import { readModelFile } from "../model/model-store.js";
import type { Predictor } from "../model/predictor.js";
import { readStoredTensors, type StoredTensor, toFloats } from "../model/safetensors.js";
import { easeFile, easeRowsPerFile, type Ranker } from "../ranker/ranker.js";
import { driftTensor, posterFile, posterTensor, sampleFile } from "./factor-model.js";
import { createServingPredictor } from "./factor-predictor.js";
import { readPriorRow, type ServingSample, type sampleArrays } from "./factor-sample.js";
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
  const read = async (name: string) => readStoredTensors(await readBytes(name), name);
  const counts = await read("items.safetensors");
  const itemCounts = tensor(counts, "counts", items, folder);
  const itemMeans = tensor(counts, "means", items, folder);
  const priorLength = manifest.samples * (2 + 2 * (manifest.factors + 1));
  const priors = tensor(await read("priors.safetensors"), "priors", priorLength, folder);
  const { times } = manifest;
  const bins = times && times.edges.length + 1;
  const foldIn = new FoldIn(items, manifest.factors, manifest.samples, { ...manifest.scale, itemCounts, bins });
  for (let s = 0; s < manifest.samples; s++) {
    const stored = await read(sampleFile(s));
    const sample = toSample(stored, readPriorRow(priors, s, manifest.factors), manifest, folder);
    if (times !== undefined && bins !== undefined) {
      const drift = tensor(stored, driftTensor, items * bins, folder);
      sample.drift = { items: drift, dayPrecision: times.dayPrecisions[s] };
    }
    if (manifest.posters !== undefined) {
      const length = manifest.posters.dimension * (manifest.factors + 1);
      sample.posterWeights = tensor(stored, posterTensor, length, folder);
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
    manifest.ranker == null || manifest.ranker.ease === null ? undefined : () => readEaseParts(read, items, folder);
  return createServingPredictor(manifest, foldIn, { itemCounts, itemMeans, posters, ranker }, readEase);
}

function toSample(
  tensors: StoredTensors,
  priors: ReturnType<typeof readPriorRow>,
  { factors, idMaps }: Omit<FactorManifest, "files">,
  folder: string,
): ServingSample {
  const width = factors + 1;
  const items = idMaps.movieIds.length;
  const userLabels = idMaps.genders.length + idMaps.ageGroups.length + idMaps.occupations.length;
  const read = (name: (typeof sampleArrays)[number], length: number) => tensor(tensors, name, length, folder);
  return {
    factors,
    ...priors,
    items: storedTensor(tensors, "items", items * width, folder),
    implicit: storedTensor(tensors, "implicit", isEmpty(tensors, "implicit") ? 0 : items * width, folder),
    itemPrecisions: read("itemPrecisions", items),
    userMean: read("userMean", width),
    userLabels: read("userLabels", userLabels * width),
    itemMean: read("itemMean", width),
    itemLabels: read("itemLabels", (idMaps.genres.length + idMaps.years.bins) * width),
  };
}

const isEmpty = (tensors: StoredTensors, name: string) => tensors.get(name)?.data.length === 0;

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

type StoredTensors = Map<string, StoredTensor>;
type ReadTensors = (name: string) => Promise<StoredTensors>;

/** The item-to-item matrix part by part, as it is stored. */
async function* readEaseParts(read: ReadTensors, items: number, folder: string): AsyncGenerator<TableValues> {
  for (let row = 0, part = 0; row < items; row += easeRowsPerFile, part++) {
    const rows = Math.min(easeRowsPerFile, items - row);
    yield storedTensor(await read(easeFile(part)), "ease", rows * items, folder);
    await setImmediate();
  }
}

function tensor(tensors: StoredTensors, name: string, length: number, folder: string): Float32Array {
  return toFloats(storedTensor(tensors, name, length, folder));
}

function storedTensor(tensors: StoredTensors, name: string, length: number, folder: string): TableValues {
  const found = tensors.get(name)?.data;
  if (found === undefined || found.length !== length) {
    throw new AppError(
      "MODEL_INVALID",
      `expected a tensor ${name} of ${length} numbers in ${folder}, received ${found?.length ?? "none"}: ${rebuildHint("trained")}`,
    );
  }
  return found;
}
