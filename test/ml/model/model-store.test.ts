import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildBaselineModel } from "../../../src/ml/baseline/baseline-model.js";
import { loadModel } from "../../../src/ml/load-model.js";
import type { IdLists } from "../../../src/ml/model/id-maps.js";
import type { Manifest } from "../../../src/ml/model/manifest.js";
import {
  checkModelName,
  freeModelName,
  listModels,
  modelFolder,
  readManifest,
  saveModel,
} from "../../../src/ml/model/model-store.js";
import { movie, randomWeights, ratings, user } from "../fixtures.js";

const users = [user(1, "M", 25, "artist")];
const movies = [movie(1, "Drama")];

function built(name: string, origin: Manifest["origin"] = "trained") {
  return buildBaselineModel({
    name,
    origin,
    datasetName: "test",
    data: { users, movies, ratings: ratings([[1, 1, 4]]) },
    weights: randomWeights({ user: 1, gender: 2, age: 2, occupation: 2, movie: 1, genre: 1 }, 8),
    idLists: {
      userIds: [1],
      genders: ["M"],
      ageGroups: [25],
      occupations: ["artist"],
      movieIds: [1],
      genres: ["Drama"],
    } as IdLists,
    ratedUsers: new Set([1]),
    ratedMovies: new Set([1]),
  });
}

async function newFolders() {
  const root = await mkdtemp(join(tmpdir(), "marquee-models-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return { own: join(root, "own"), shipped: join(root, "shipped") };
}

async function saved(name: string, origin?: Manifest["origin"]) {
  const folders = await newFolders();
  const { manifest, files } = built(name, origin);
  await saveModel(folders.own, manifest, files);
  return { folders, folder: join(folders.own, name) };
}

/** Rewrites a model's manifest, taken as an object or as text. */
async function change(folder: string, edit: (manifest: Record<string, unknown>) => unknown): Promise<void> {
  const path = join(folder, "manifest.json");
  const edited = edit(JSON.parse(await readFile(path, "utf8")));
  await writeFile(path, typeof edited === "string" ? edited : JSON.stringify(edited));
}

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
  throw new Error("expected a failure, but there was none");
}

const trainAgain = "rebuild it with: marquee train";
const importAgain = "rebuild it with: marquee models import <file> --kind baseline";

describe("saving a model", () => {
  it("writes its files and a manifest with their sizes and checksums, and nothing else", async () => {
    const { folders, folder } = await saved("first");
    expect(await readdir(folders.own)).toEqual(["first"]);
    expect((await readdir(folder)).sort()).toEqual(["manifest.json", "model.onnx", "weights.safetensors"]);
    const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
    expect(manifest.files["model.onnx"]).toEqual({
      bytes: (await readFile(join(folder, "model.onnx"))).length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.keys(manifest.files).sort()).toEqual(["model.onnx", "weights.safetensors"]);
    const predictor = await loadModel(folder);
    const pair = { users, movies, userIndices: Int32Array.of(0), movieIndices: Int32Array.of(0) };
    expect(Number.isFinite((await predictor.predict(pair)).stars[0])).toBe(true);
  });

  it("leaves no trace of a model that could not be written whole", async () => {
    const folders = await newFolders();
    const { manifest, files } = built("broken");
    files.set("no/such/folder.bin", new Uint8Array(1));
    await expect(saveModel(folders.own, manifest, files)).rejects.toThrow("ENOENT");
    expect(await readdir(folders.own)).toEqual([]);
  });

  it("never overwrites a model: one whose name was taken meanwhile gets the next number", async () => {
    const { folders, folder } = await saved("first");
    const before = await readFile(join(folder, "manifest.json"));
    const { manifest, files } = built("first", "imported");
    expect((await saveModel(folders.own, manifest, files)).name).toBe("first-2");
    expect((await readManifest(join(folders.own, "first-2"))).name).toBe("first-2");
    expect((await readdir(folders.own)).sort()).toEqual(["first", "first-2"]);
    expect(await readFile(join(folder, "manifest.json"))).toEqual(before);
  });

  it("adds a number to a name that is taken, by the user's own models or by shipped ones", async () => {
    const { folders, folder } = await saved("first");
    expect(freeModelName(folders, "second")).toBe("second");
    expect(freeModelName(folders, "first")).toBe("first-2");
    await cp(folder, join(folders.shipped, "first-2"), { recursive: true });
    expect(freeModelName(folders, "first")).toBe("first-3");
  });

  it.each(["", "../up", "a/b", ".hidden", "-flag", "Upper", "white space", "ü", "x".repeat(65)])(
    "refuses the name %j",
    async (name) => {
      const expected = expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(
          /^expected a model name of up to 64 lower-case letters, digits, dots, dashes and underscores, received "/,
        ),
      });
      const folders = await newFolders();
      expect(() => checkModelName(name)).toThrow(expected);
      expect(() => freeModelName(folders, name)).toThrow(expected);
      const { manifest, files } = built("fine");
      await expect(saveModel(folders.own, { ...manifest, name }, files)).rejects.toThrow(expected);
      expect(existsSync(folders.own)).toBe(false);
    },
  );
});

describe("finding models", () => {
  it("looks in the user's own folder first, then among the shipped ones", async () => {
    const { folders, folder } = await saved("first");
    await cp(folder, join(folders.shipped, "first"), { recursive: true });
    await cp(folder, join(folders.shipped, "other"), { recursive: true });
    expect(modelFolder(folders, "first")).toBe(folder);
    expect(modelFolder(folders, "other")).toBe(join(folders.shipped, "other"));
    expect((await listModels(folders)).map(({ name }) => name)).toEqual(["first", "other"]);
  });

  it("says where to look for the names of models when there is none of that name", async () => {
    const { folders } = await saved("first");
    for (const name of ["second", "../own/first", ""]) {
      expect(() => modelFolder(folders, name)).toThrow(
        expect.objectContaining({
          code: "MODEL_NOT_FOUND",
          message: `expected the name of a model, received ${JSON.stringify(name)}: see marquee models list`,
        }),
      );
    }
  });

  it("lists none where neither folder exists", async () => {
    expect(await listModels(await newFolders())).toEqual([]);
  });

  it("lists a model whose manifest cannot be read as an error, and the others beside it", async () => {
    const { folders, folder } = await saved("first");
    await cp(folder, join(folders.own, "second"), { recursive: true });
    await change(folder, () => "{");
    await mkdir(join(folders.own, "empty"));
    await writeFile(join(folders.own, "README.md"), "no model");
    const models = await listModels(folders);
    expect(models.map(({ name }) => name)).toEqual(["first", "second"]);
    expect(models[0].manifest).toMatchObject({ code: "MODEL_INVALID" });
    expect(models[1].manifest).toMatchObject({ kind: "baseline", dataset: { name: "test", ratings: 1 } });
  });
});

describe("loading a model", () => {
  it.each(["trained", "imported"] as const)(
    "refuses a damaged graph and says how to rebuild it: %s",
    async (origin) => {
      const again = origin === "trained" ? trainAgain : importAgain;
      const { folder } = await saved("first", origin);
      const graph = join(folder, "model.onnx");
      const bytes = await readFile(graph);
      const flipped = Buffer.from(bytes);
      flipped[bytes.length >> 1] ^= 1;
      await writeFile(graph, flipped);
      const sized = await failure(loadModel(folder));
      expect(sized).toMatch(
        new RegExp(
          `^MODEL_INVALID: expected model.onnx in .*first to be as its manifest says \\(${bytes.length} bytes, sha256 ` +
            `[0-9a-f]{12}…\\), received ${bytes.length} bytes, sha256 [0-9a-f]{12}…: ${again}$`,
        ),
      );
      await writeFile(graph, bytes.subarray(0, 100));
      expect(await failure(loadModel(folder))).toMatch("received 100 bytes");
      await rm(graph);
      expect(await failure(loadModel(folder))).toMatch(
        new RegExp(`^MODEL_INVALID: expected the file model.onnx in .*first, but it cannot be read: ${again}$`),
      );
    },
  );

  it.each<[string, (manifest: Record<string, unknown>) => unknown, string]>([
    ["no JSON", () => "not JSON", "expected JSON in"],
    ["half a manifest", (manifest) => JSON.stringify(manifest).slice(0, 200), "expected JSON in"],
    ["another format", (manifest) => ({ ...manifest, format: "gguf" }), "but at format: Invalid input"],
    ["a newer version", (manifest) => ({ ...manifest, formatVersion: 2 }), "but at formatVersion: Invalid input"],
    [
      "another kind",
      (manifest) => ({ ...manifest, kind: "forest" }),
      "but at kind: Invalid discriminator value. Expected 'baseline' | 'bayes' | 'mf'",
    ],
    ["no id maps", ({ idMaps: _, ...rest }) => rest, "but at idMaps: Invalid input"],
    ["no checksums", ({ files: _, ...rest }) => rest, "but at files: Invalid input"],
    ["an object in a list", () => [], "but at its top: Invalid input"],
  ])("refuses a manifest that is %s", async (_, edit, expected) => {
    const { folder } = await saved("first");
    await change(folder, edit);
    const message = await failure(loadModel(folder));
    expect(message).toMatch(/^MODEL_INVALID: /);
    expect(message).toContain(expected);
    expect(message).toMatch(/rebuild it with: marquee train or marquee models import <file> --kind baseline$/);
  });

  it("refuses a manifest that does not list the graph", async () => {
    const { folder } = await saved("first");
    await change(folder, (manifest) => ({ ...manifest, files: {} }));
    expect(await failure(loadModel(folder))).toMatch(/^MODEL_INVALID: expected model.onnx in .*\(no such bytes/);
  });

  it("refuses a folder without a manifest", async () => {
    const { folder } = await saved("first");
    await rm(join(folder, "manifest.json"));
    expect(await failure(loadModel(folder))).toMatch(/^MODEL_INVALID: expected the file manifest.json in .*first/);
  });
});
