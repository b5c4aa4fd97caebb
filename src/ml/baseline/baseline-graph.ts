/** The baseline network as an ONNX graph (opset 17), with the inputs and output that the original exported. */
import { AttributeType, DataType, encodeModel, floatInitializer, type OnnxNode, valueInfo } from "../../onnx/proto.js";
import { type BaselineWeights, countRows, denseShapes, embeddingSize, features } from "./baseline-weights.js";

/**
 * @param weights tables as they are to serve, fallback rows included
 * @returns a `.onnx` file: int64 inputs `user_id gender age occupation movie_id genre`, each [N] table rows;
 *   float output `rating` [N], × 5 = stars
 */
export function baselineGraph(weights: BaselineWeights): Uint8Array {
  const gemm = (layer: string, input: string, output: string): OnnxNode => ({
    op_type: "Gemm",
    name: layer,
    input: [input, `${layer}.weight`, `${layer}.bias`],
    output: [output],
    attribute: [{ name: "transB", type: AttributeType.INT, i: 1 }],
  });
  const relu = (input: string, output: string): OnnxNode => ({
    op_type: "Relu",
    name: output,
    input: [input],
    output: [output],
  });
  const node: OnnxNode[] = [
    ...features.map(({ name, tensor, input }) => ({
      op_type: "Gather",
      name,
      input: [tensor, input],
      output: [`${name}_row`],
    })),
    {
      op_type: "Concat",
      name: "concat",
      input: features.map(({ name }) => `${name}_row`),
      output: ["embedded"],
      attribute: [{ name: "axis", type: AttributeType.INT, i: 1 }],
    },
    gemm("fc1", "embedded", "fc1_out"),
    relu("fc1_out", "hidden1"),
    gemm("fc2", "hidden1", "fc2_out"),
    relu("fc2_out", "hidden2"),
    gemm("fc3", "hidden2", "fc3_out"),
    { op_type: "Reshape", name: "flatten", input: ["fc3_out", "flat_shape"], output: ["rating"] },
  ];
  const initializer = [
    ...features.map(({ name, tensor }) => {
      const table = weights.tables[name];
      return floatInitializer(tensor, [countRows(table), embeddingSize], table);
    }),
    ...Object.entries(denseShapes).map(([name, shape]) =>
      floatInitializer(name, [...shape], weights.dense[name as keyof typeof denseShapes]),
    ),
    { name: "flat_shape", dims: [1], data_type: DataType.INT64, int64_data: [-1] },
  ];
  return encodeModel({
    ir_version: 8,
    producer_name: "marquee",
    opset_import: [{ domain: "", version: 17 }],
    graph: {
      name: "baseline",
      node,
      initializer,
      input: features.map(({ input }) => valueInfo(input, DataType.INT64, ["N"])),
      output: [valueInfo("rating", DataType.FLOAT, ["N"])],
    },
  });
}
