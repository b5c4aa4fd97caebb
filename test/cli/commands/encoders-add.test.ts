/** The options of `marquee encoders add`; what networks it takes is in `test/posters`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AttributeType, DataType, encodeModel, floatInitializer, valueInfo } from "../../../src/onnx/proto.js";
import { failure, run, runJson, tempFolder } from "../run.js";

/** As CLIP's network for pictures: of any size, averaged, projected without a bias. */
async function clipLike(): Promise<string> {
  const file = join(await tempFolder(), "clip.onnx");
  const bytes = encodeModel({
    ir_version: 8,
    opset_import: [{ domain: "", version: 13 }],
    graph: {
      name: "g",
      node: [
        { op_type: "GlobalAveragePool", input: ["pixel_values"], output: ["pooled"] },
        {
          op_type: "Flatten",
          input: ["pooled"],
          output: ["flat"],
          attribute: [{ name: "axis", type: AttributeType.INT, i: 1 }],
        },
        { op_type: "MatMul", name: "projection", input: ["flat", "w"], output: ["image_embeds"] },
      ],
      initializer: [floatInitializer("w", [3, 64], new Float32Array(192).fill(1))],
      input: [valueInfo("pixel_values", DataType.FLOAT, ["N", 3, "H", "W"])],
      output: [valueInfo("image_embeds", DataType.FLOAT, ["N", 64])],
    },
  });
  await writeFile(file, bytes);
  return file;
}

test("encoders add takes a size, a mean, a deviation and a tensor, and lists what it took", async () => {
  const dataDir = await tempFolder();
  const file = await clipLike();
  expect(await failure(["encoders", "add", file], { dataDir })).toBe(
    "expected an image classifier or encoder in clip.onnx, but its input pixel_values is [?, 3, ?, ?], which leaves " +
      "the size free: say with --size how many pixels",
  );
  expect(await failure(["encoders", "add", file, "--size", "32", "--output", "nothing"], { dataDir })).toBe(
    'expected the name of a tensor that clip.onnx makes for its embedding, such as image_embeds, received "nothing"',
  );
  const normalised = ["--mean", "0.48145466, 0.4578275, 0.40821073", "--std", "0.26862954,0.26130258,0.27577711"];
  expect((await run(["encoders", "add", file, "--size", "32", ...normalised], { dataDir })).stdout).toBe(
    "clip: 64 dimensions, from its tensor image_embeds as it is\nUse it with: marquee encoders use clip\n",
  );
  const inner = ["--name", "clip-inner", "--size", "24", "--output", "flat"];
  expect(await runJson(["encoders", "add", file, ...inner], { dataDir })).toMatchObject({
    name: "clip-inner",
    dimension: 3,
    preprocessing: { size: [24, 24] },
  });
  expect(await runJson(["encoders", "list"], { dataDir })).toMatchObject([
    { name: "colour-layout" },
    {
      name: "clip",
      dimension: 64,
      preprocessing: {
        size: [32, 32],
        mean: [0.48145466, 0.4578275, 0.40821073],
        std: [0.26862954, 0.26130258, 0.27577711],
      },
    },
    { name: "clip-inner", preprocessing: { mean: [0.485, 0.456, 0.406] } },
  ]);
});

test.each([
  [["--size", "7"], 'expected a whole number from 8 to 1024 for --size, received "7"'],
  [["--size", "1025"], 'expected a whole number from 8 to 1024 for --size, received "1025"'],
  [["--size", "224x224"], 'expected a whole number from 8 to 1024 for --size, received "224x224"'],
  [["--mean", "1,2"], 'expected 3 comma-separated numbers from -1000 to 1000 for --mean, received "1,2"'],
  [["--mean", "1,,2"], 'expected 3 comma-separated numbers from -1000 to 1000 for --mean, received "1,,2"'],
  [["--std", "1,0,1"], 'expected 3 comma-separated numbers from 0.000001 to 1000 for --std, received "1,0,1"'],
])("encoders add %j is refused", async (options, message) => {
  const command = ["encoders", "add", await clipLike(), ...options];
  expect(await failure(command, { dataDir: await tempFolder() }, 2)).toBe(message);
});
