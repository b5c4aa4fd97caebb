/** Imports the weights of a baseline network that was trained elsewhere. */
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { occupations } from "../../datasets/movielens/demographics.js";
import { AppError } from "../../errors.js";
import { maxModelBytes, readRegularFile } from "../../files/read-file.js";
import { type ImportedBaseline, importBaseline, ratedIds } from "../../ml/baseline/baseline-import.js";
import { buildBaselineModel } from "../../ml/baseline/baseline-model.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { loadModel } from "../../ml/load-model.js";
import { freeModelName, listModels, type ModelFolders, modelFolder, saveModel } from "../../ml/model/model-store.js";
import type { Services } from "../../services/services.js";
import { loadTrainingSet } from "../load-training-set.js";

export interface ImportModelOptions {
  /** A safetensors file. */
  file: string;
  /** A JSON file that says which user, movie and label each row belongs to; by default MovieLens 1M's order. */
  idMaps?: string;
  /** By default the file's. */
  name?: string;
  /** Let the model serve. By default true. */
  use?: boolean;
}

export interface ImportModelReport {
  model: string;
  dataset: string;
  /** False where the same weights were imported before. */
  added: boolean;
  /** Movies without ratings here, which are predicted from means; 0 unless added. */
  unratedMovies: number;
  serves: boolean;
}

/** @throws {AppError} DATA_EMPTY, FILE_UNREADABLE, MODEL_INVALID; as `importBaseline` */
export async function importModel(
  { store, folders }: Services,
  { file, idMaps: idMapsFile, name: wanted, use = true }: ImportModelOptions,
): Promise<ImportModelReport> {
  const { name: dataset, data } = await loadTrainingSet(store, "imported");
  const bytes = await readRegularFile(file, maxModelBytes);
  const idMaps =
    idMapsFile === undefined ? undefined : (await readRegularFile(idMapsFile, maxModelBytes)).toString("utf8");
  const imported = importBaseline(bytes, basename(file), data, occupations, idMaps);
  let model = await findImported(folders.models, dataset, imported, wanted);
  let unratedMovies = 0;
  const added = model === undefined;
  if (model === undefined) {
    model = freeModelName(folders.models, wanted ?? toModelName(file));
    unratedMovies = await saveImported(folders.models, model, dataset, data, imported);
  }
  const name = model;
  if (use) await store.settings.set("activeModel", name);
  return { model, dataset, added, unratedMovies, serves: use };
}

/**
 * The name of the model that has these weights already; with other id maps, or under another name than the one given, it is
 * another model. One whose files are damaged is not found, and so imported again.
 */
async function findImported(
  folders: ModelFolders,
  dataset: string,
  { sha256, idLists }: ImportedBaseline,
  wanted: string | undefined,
): Promise<string | undefined> {
  const known = (await listModels(folders)).find(
    ({ name, manifest }) =>
      !(manifest instanceof AppError) &&
      manifest.kind === "baseline" &&
      manifest.sourceSha256 === sha256 &&
      manifest.dataset.name === dataset &&
      isDeepStrictEqual(manifest.idMaps, idLists) &&
      (wanted === undefined || wanted === name),
  );
  if (known === undefined) return undefined;
  return loadModel(modelFolder(folders, known.name)).then(
    () => known.name,
    () => undefined,
  );
}

/** @returns how many movies have no ratings here */
async function saveImported(
  folders: ModelFolders,
  name: string,
  datasetName: string,
  data: TrainingSet,
  { weights, idLists, sha256 }: ImportedBaseline,
): Promise<number> {
  const rated = ratedIds(data.ratings);
  const { manifest, files } = buildBaselineModel({
    name,
    origin: "imported",
    datasetName,
    data,
    weights,
    idLists,
    ratedUsers: rated.users,
    ratedMovies: rated.movies,
    sourceSha256: sha256,
  });
  await saveModel(folders.own, manifest, files);
  return manifest.untrained.movieIds.length;
}

function toModelName(file: string): string {
  const name = basename(file, ".safetensors")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 50) || "baseline";
}
