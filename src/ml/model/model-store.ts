/**
 * Models as folders: `<name>/manifest.json` plus its files, whose sizes and checksums the manifest holds.
 * A model is written to a temporary folder and then renamed, so that a model's folder is either complete or absent.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, received } from "../../errors.js";
import { temporaryName } from "../../files/temporary.js";
import { sha256Hex } from "../../sha256.js";
import { type Manifest, type ManifestDraft, parseManifest, rebuildHint } from "./manifest.js";

/** The folders of models: the user's own first, then the one that ships with the project. */
export interface ModelFolders {
  readonly own: string;
  readonly shipped: string;
}

const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** @throws {AppError} INVALID_ARGUMENT unless the name is a plain one */
export function checkModelName(name: string): string {
  if (!namePattern.test(name)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a model name of up to 64 lower-case letters, digits, dots, dashes and underscores, received ${received(name)}`,
    );
  }
  return name;
}

/** The first of `name`, `name-2`, `name-3`, … that is free: a model is never overwritten. */
export function freeModelName(folders: ModelFolders, name: string): string {
  checkModelName(name);
  const taken = (candidate: string) =>
    [folders.own, folders.shipped].some((folder) => existsSync(join(folder, candidate)));
  let candidate = name;
  for (let n = 2; taken(candidate); n++) candidate = `${name}-${n}`;
  return candidate;
}

/**
 * Writes a model completely or not at all, under another name if its own was taken meanwhile.
 * @param files name → bytes; their sizes and checksums are added to the manifest
 */
export async function saveModel(
  folder: string,
  manifest: ManifestDraft,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Manifest> {
  checkModelName(manifest.name);
  const temporary = temporaryName(join(folder, ".writing"));
  const sums = Object.fromEntries(
    [...files].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256Hex(bytes) }]),
  );
  let whole = { ...manifest, files: sums } as Manifest;
  await mkdir(temporary, { recursive: true });
  try {
    for (const [name, bytes] of files) await writeFile(join(temporary, name), bytes, { flush: true });
    for (let n = 2; ; n++) {
      await writeFile(join(temporary, "manifest.json"), `${JSON.stringify(whole)}\n`, { flush: true });
      if (await renameUnlessTaken(temporary, join(folder, whole.name))) break;
      // Another process trained a model of this name meanwhile: neither is lost.
      whole = { ...whole, name: `${manifest.name}-${n}` };
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return whole;
}

async function renameUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}

/** The manifests of every model, the user's own before shipped ones, each by name; unreadable ones as errors. */
export async function listModels(
  folders: ModelFolders,
  read: (folder: string) => Promise<Manifest> = readManifest,
): Promise<{ name: string; manifest: Manifest | AppError }[]> {
  const models: { name: string; manifest: Manifest | AppError }[] = [];
  for (const folder of [folders.own, folders.shipped]) {
    const names = existsSync(folder) ? await readdir(folder) : [];
    for (const name of names.filter((entry) => namePattern.test(entry)).sort()) {
      if (models.some((model) => model.name === name) || !existsSync(join(folder, name, "manifest.json"))) continue;
      const manifest = await read(join(folder, name)).catch((error: unknown) => {
        if (error instanceof AppError) return error;
        throw error;
      });
      models.push({ name, manifest });
    }
  }
  return models;
}

/** Folders of trainings that were killed while they wrote a model are removed once they are so old. */
const abandonedMs = 24 * 3600 * 1000;

/**
 * Removes models of the user's own folder: all but the newest `keep` of each kind and those in `inUse`, and what a
 * killed training left behind. Models that ship with the project stay, and so do unreadable folders, whose content is unknown.
 * @param dryRun only say what would go
 * @returns names of what went, and the bytes that it took
 */
export async function pruneModels(
  folders: ModelFolders,
  inUse: readonly string[],
  keep: number,
  dryRun: boolean,
): Promise<{ removed: string[]; bytes: number }> {
  const newest = new Map<string, { name: string; createdAt: string; bytes: number }[]>();
  for (const { name, manifest } of await listModels({ ...folders, shipped: "" })) {
    if (manifest instanceof AppError) continue;
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    const models = newest.get(manifest.kind) ?? [];
    models.push({ name, createdAt: manifest.createdAt, bytes });
    newest.set(manifest.kind, models);
  }
  const old = [...newest.values()].flatMap((models) =>
    models
      .filter(({ name }) => !inUse.includes(name))
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
      .slice(keep),
  );
  const abandoned: string[] = [];
  for (const entry of existsSync(folders.own) ? await readdir(folders.own) : []) {
    if (!entry.startsWith(".writing")) continue;
    const { mtimeMs } = await stat(join(folders.own, entry));
    if (Date.now() - mtimeMs > abandonedMs) abandoned.push(entry);
  }
  const removed = [...old.map(({ name }) => name), ...abandoned];
  for (const name of dryRun ? [] : removed) await removeWhole(folders.own, name);
  return { removed, bytes: old.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Renamed first, so that no half of a model is ever found under its name. */
async function removeWhole(folder: string, name: string): Promise<void> {
  const aside = join(folder, `.removing-${randomBytes(6).toString("hex")}`);
  await rename(join(folder, name), aside);
  await rm(aside, { recursive: true, force: true });
}

/**
 * The folder of a model.
 * @throws {AppError} MODEL_NOT_FOUND when there is no model of that name
 */
export function modelFolder(folders: ModelFolders, name: string): string {
  for (const folder of namePattern.test(name) ? [folders.own, folders.shipped] : []) {
    if (existsSync(join(folder, name, "manifest.json"))) return join(folder, name);
  }
  throw new AppError(
    "MODEL_NOT_FOUND",
    `expected the name of a model, received ${received(name)}: see marquee models list`,
  );
}

/** @throws {AppError} MODEL_INVALID */
export async function readManifest(folder: string): Promise<Manifest> {
  const bytes = await readWhole(folder, "manifest.json", rebuildHint());
  return parseManifest(bytes.toString("utf8"), folder);
}

/**
 * Reads one of a model's files, checking its size and checksum.
 * @throws {AppError} MODEL_INVALID when it is missing or not what the manifest says
 */
export async function readModelFile(folder: string, manifest: Manifest, name: string): Promise<Buffer> {
  const expected = manifest.files[name];
  const again = rebuildHint(manifest.origin);
  const bytes = await readWhole(folder, name, again);
  if (expected === undefined || bytes.length !== expected.bytes || sha256Hex(bytes) !== expected.sha256) {
    throw new AppError(
      "MODEL_INVALID",
      `expected ${name} in ${folder} to be as its manifest says (${expected?.bytes ?? "no such"} bytes, sha256 ` +
        `${expected?.sha256.slice(0, 12) ?? "none"}…), received ${bytes.length} bytes, sha256 ${sha256Hex(bytes).slice(0, 12)}…: ${again}`,
    );
  }
  return bytes;
}

function readWhole(folder: string, name: string, again: string): Promise<Buffer> {
  return readFile(join(folder, name)).catch((cause: unknown) => {
    throw new AppError("MODEL_INVALID", `expected the file ${name} in ${folder}, but it cannot be read: ${again}`, {
      cause,
    });
  });
}
