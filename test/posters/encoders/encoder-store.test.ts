import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import type { OnnxNode } from "../../../src/onnx/proto.js";
import { addEncoder } from "../../../src/posters/encoders/add-encoder.js";
import {
  builtinEncoder,
  listEncoders,
  loadEncoder,
  preprocessingVersion,
} from "../../../src/posters/encoders/encoder-store.js";
import { imagenetPreprocessing } from "../../../src/posters/images/preprocessing.js";
import { classifier } from "../../support/tiny-classifier.js";

const mobilenet = fileURLToPath(new URL("../../../../shared/models/mobilenetv2-12-int8.onnx", import.meta.url));

async function folderWith(files: Record<string, Uint8Array>): Promise<{ folder: string; file(name: string): string }> {
  const root = await mkdtemp(join(tmpdir(), "marquee-encoders-"));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
  return { folder: join(root, "encoders"), file: (name) => join(root, name) };
}

async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  const { code, message } = error as AppError;
  return { code, message };
}

describe("adding an encoder", () => {
  test("writes its manifest and graph, named after the file", async () => {
    const { folder, file } = await folderWith({ "My Net_v1.onnx": classifier(1) });
    const { manifest, added } = await addEncoder(folder, file("My Net_v1.onnx"));
    expect(added).toBe(true);
    expect(manifest).toMatchObject({
      formatVersion: 1,
      id: `my-net-v1@${manifest.sourceSha256.slice(0, 12)}`,
      name: "my-net-v1",
      kind: "onnx",
      dimension: 3,
      preprocessing: { ...imagenetPreprocessing, size: [4, 4] },
      input: { name: "x", size: [3, 4, 4], batch: null },
      sourceLayer: { name: "fc", op: "Gemm" },
    });
    expect(await readdir(folder)).toEqual(["my-net-v1"]);
    expect((await readdir(join(folder, "my-net-v1"))).sort()).toEqual(["encoder.onnx", "manifest.json"]);
    const loaded = await loadEncoder(folder, "my-net-v1");
    expect(loaded.manifest).toEqual(manifest);
    expect(loaded.graph?.length).toBe(manifest.graphBytes);
  });

  test("twice from the same file changes nothing, and says so", async () => {
    const { folder, file } = await folderWith({ "net.onnx": classifier(1) });
    const first = await addEncoder(folder, file("net.onnx"));
    expect(await addEncoder(folder, file("net.onnx"))).toEqual({ manifest: first.manifest, added: false });
  });

  test("refuses a name that another file or another preprocessing has", async () => {
    const { folder, file } = await folderWith({ "net.onnx": classifier(1), "other.onnx": classifier(2) });
    const { manifest } = await addEncoder(folder, file("net.onnx"));
    expect(await failure(addEncoder(folder, file("other.onnx"), { name: "net" }))).toEqual({
      code: "INVALID_ARGUMENT",
      message: `expected a free name for the encoder of other.onnx, but net is taken by another file (${manifest.id})`,
    });
    expect(await failure(addEncoder(folder, file("net.onnx"), { preprocessing: { scale: 1 } }))).toEqual({
      code: "INVALID_ARGUMENT",
      message:
        "expected a free name for the encoder of net.onnx, but net is taken by the same file with another preprocessing",
    });
  });

  test("refuses a name that is none, or the built-in encoder's", async () => {
    const { folder, file } = await folderWith({ "net.onnx": classifier(1) });
    for (const name of ["../net", "", "Net", "colour-layout"]) {
      expect(await failure(addEncoder(folder, file("net.onnx"), { name }))).toEqual({
        code: "INVALID_ARGUMENT",
        message: `expected an encoder name of lower-case letters, digits and hyphens (not colour-layout), received "${name}"`,
      });
    }
  });

  test("says that a file is a pointer of Git LFS, and how to fetch what it points to", async () => {
    const { folder, file } = await folderWith({});
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 14246826\n`;
    await writeFile(file("net.onnx"), pointer);
    expect(await failure(addEncoder(folder, file("net.onnx")))).toEqual({
      code: "FILE_UNREADABLE",
      message: expect.stringMatching(
        /^expected the file itself in .*net\.onnx", received a Git LFS pointer: run git lfs pull$/,
      ),
    });
  });

  test("refuses a file that is not there, and a preprocessing that does not fit the graph", async () => {
    const { folder, file } = await folderWith({ "net.onnx": classifier(1) });
    expect((await failure(addEncoder(folder, file("no.onnx")))).code).toBe("FILE_UNREADABLE");
    expect(await failure(addEncoder(folder, file("net.onnx"), { preprocessing: { size: [8, 4] } }))).toEqual({
      code: "INVALID_ARGUMENT",
      message: "expected a size of 4 × 4 pixels, which net.onnx takes, received 8 × 4",
    });
    const zero = { preprocessing: { std: [1, 0, 1] as [number, number, number] } };
    expect((await failure(addEncoder(folder, file("net.onnx"), zero))).code).toBe("INVALID_ARGUMENT");
  });

  test("refuses a graph that does not run or whose embedding is not finite, and leaves nothing behind", async () => {
    const { folder, file } = await folderWith({
      "broken.onnx": classifier(1, [{ op_type: "Add", input: ["x", "nowhere"], output: ["sum"] }]),
      "infinite.onnx": classifier(1, [{ op_type: "Div", input: ["x", "zero"], output: ["quotient"] }]),
    });
    expect(await failure(addEncoder(folder, file("broken.onnx")))).toEqual({
      code: "ENCODER_INVALID",
      // The last words are ONNX Runtime's own.
      message: expect.stringMatching(
        /^expected an image classifier or encoder in broken\.onnx, but it does not run: .*\bnowhere\b.{0,200}$/,
      ),
    });
    expect(await failure(addEncoder(folder, file("infinite.onnx")))).toEqual({
      code: "ENCODER_INVALID",
      message:
        "expected an image classifier or encoder in infinite.onnx, but its embedding of a test picture is not finite",
    });
    expect(existsSync(folder)).toBe(false);
  });

  test("finds out that a graph takes one picture at a time, whether it says so or not", async () => {
    const reshape: OnnxNode = { op_type: "Reshape", input: ["x", "one picture"], output: ["r"] };
    const { folder, file } = await folderWith({
      "says.onnx": classifier(1, [], 1),
      "hides.onnx": classifier(1, [reshape]),
    });
    expect((await addEncoder(folder, file("says.onnx"))).manifest.input.batch).toBe(1);
    expect((await addEncoder(folder, file("hides.onnx"))).manifest.input.batch).toBe(1);
  });

  test("makes a broken one again", async () => {
    const { folder, file } = await folderWith({ "net.onnx": classifier(1) });
    await addEncoder(folder, file("net.onnx"));
    await rm(join(folder, "net", "encoder.onnx"));
    expect((await addEncoder(folder, file("net.onnx"))).added).toBe(true);
    await loadEncoder(folder, "net");
  });

  test("of MobileNetV2 gives 1280 components and takes many pictures at once", async ({ skip }) => {
    skip(!existsSync(mobilenet), "no mobilenetv2-12-int8.onnx in ../shared/models");
    const { folder } = await folderWith({});
    const { manifest } = await addEncoder(folder, mobilenet, { name: "mobilenetv2-int8" });
    expect(manifest).toMatchObject({
      dimension: 1280,
      input: { name: "input", size: [3, 224, 224], batch: null },
      sourceLayer: { op: "QLinearMatMul" },
    });
  });
});

describe("loading an encoder", () => {
  const again = "make it again with: marquee encoders add <file>";

  async function added() {
    const { folder, file } = await folderWith({ "net.onnx": classifier(1) });
    const { manifest } = await addEncoder(folder, file("net.onnx"));
    return { folder, manifest, graph: join(folder, "net", "encoder.onnx"), json: join(folder, "net", "manifest.json") };
  }

  test("gives the built-in one without a folder", async () => {
    expect(await loadEncoder("nowhere", "colour-layout")).toEqual({ manifest: builtinEncoder });
    expect(listEncoders("nowhere")).toEqual([builtinEncoder]);
  });

  test("lists the built-in one first, and leaves out what is no encoder", async () => {
    const { folder, manifest, json } = await added();
    expect(listEncoders(folder)).toEqual([builtinEncoder, manifest]);
    await writeFile(json, "{");
    expect(listEncoders(folder)).toEqual([builtinEncoder]);
  });

  test("refuses a name that no encoder has", async () => {
    const { folder } = await added();
    expect(await failure(loadEncoder(folder, "../net"))).toEqual({
      code: "ENCODER_NOT_FOUND",
      message: 'expected an encoder of colour-layout, net, received "../net"',
    });
  });

  test("refuses another format version", async () => {
    const { folder, manifest, json } = await added();
    await writeFile(json, JSON.stringify({ ...manifest, formatVersion: 2 }));
    expect(await failure(loadEncoder(folder, "net"))).toEqual({
      code: "ENCODER_INVALID",
      message: `expected a sound encoder net, but its format version is 2 where 1 is expected; ${again}`,
    });
  });

  test("refuses a manifest with a field missing, or of another encoder", async () => {
    const { folder, manifest, json } = await added();
    await writeFile(json, JSON.stringify({ ...manifest, dimension: undefined }));
    expect((await failure(loadEncoder(folder, "net"))).message).toContain("dimension");
    await writeFile(json, JSON.stringify({ ...manifest, name: "other" }));
    expect((await failure(loadEncoder(folder, "net"))).message).toBe(
      `expected a sound encoder net, but its manifest is that of other; ${again}`,
    );
  });

  test("refuses a graph that is missing, cut or changed", async () => {
    const { folder, manifest, graph } = await added();
    const bytes = await readFile(graph);
    await writeFile(graph, bytes.subarray(1));
    expect((await failure(loadEncoder(folder, "net"))).message).toBe(
      `expected a sound encoder net, but encoder.onnx has ${manifest.graphBytes - 1} bytes where ${manifest.graphBytes} are expected; ${again}`,
    );
    bytes[bytes.length - 1] ^= 1;
    await writeFile(graph, bytes);
    expect((await failure(loadEncoder(folder, "net"))).message).toBe(
      `expected a sound encoder net, but encoder.onnx is not the file that was written; ${again}`,
    );
    await rm(graph);
    expect((await failure(loadEncoder(folder, "net"))).message).toBe(
      `expected a sound encoder net, but encoder.onnx cannot be read; ${again}`,
    );
  });
});

test("another preprocessing has another version", () => {
  const version = preprocessingVersion(imagenetPreprocessing);
  expect(version).toMatch(/^224x224-[0-9a-f]{8}$/);
  expect(preprocessingVersion({ ...imagenetPreprocessing })).toBe(version);
  expect(preprocessingVersion({ ...imagenetPreprocessing, scale: 1 })).not.toBe(version);
  expect(preprocessingVersion({ ...imagenetPreprocessing, mean: [0, 0, 0] })).not.toBe(version);
});
